// The cases on handing commands out: what polls and the queue need.
import { CLAIM_CASES } from './command/claim.js'
import { HAND_OUT_CASES } from './command/hand-out.js'
import { ISSUE_CASES } from './command/issue.js'
import { LIST_CASES } from './command/list.js'
import { COMMAND_OUTAGE_CASES } from './command/outage.js'
import { COMMAND_RACE_CASES } from './command/race.js'
import { SETTLE_CASES } from './command/settle.js'
import { STALE_CASES } from './command/stale.js'
import { type Case, onCapability } from './subject.js'

const CALLS = ['issue', 'openCommands', 'claim', 'release', 'cancel', 'findRecord']

/** The cases on handing commands out, skipped for adapters without that capability. */
export const COMMAND_CASES: readonly Case[] = onCapability(CALLS, [
  ...ISSUE_CASES,
  ...CLAIM_CASES,
  ...SETTLE_CASES,
  ...HAND_OUT_CASES,
  ...COMMAND_RACE_CASES,
  ...STALE_CASES,
  ...LIST_CASES,
  ...COMMAND_OUTAGE_CASES,
])
