// The cases on commands.
import { BEGINNING_CASES } from './command/beginning.js'
import { STATE_CASES } from './command/by-state.js'
import { CLAIM_CASES } from './command/claim.js'
import { CLOSE_CASES } from './command/close.js'
import { HAND_OUT_CASES } from './command/hand-out.js'
import { ID_CASES } from './command/id.js'
import { ISSUE_CASES } from './command/issue.js'
import { LIST_CASES } from './command/list.js'
import { NUMBER_CASES } from './command/number.js'
import { OPEN_CASES } from './command/open.js'
import { COMMAND_OUTAGE_CASES } from './command/outage.js'
import { COMMAND_RACE_CASES } from './command/race.js'
import { ROWS_CASES } from './command/rows.js'
import { SENT_CASES } from './command/sent.js'
import { SETTLE_CASES } from './command/settle.js'
import { STALE_CASES } from './command/stale.js'
import { SUMMARY_CASES } from './command/summary.js'
import { type Case, onCapability } from './subject.js'

const CALLS = [
  ...['issue', 'openCommands', 'claim', 'release', 'cancel'],
  ...['findRecord', 'findSummaries', 'nextNumbers'],
]

/** The cases on commands, skipped for adapters without that capability. */
export const COMMAND_CASES: readonly Case[] = onCapability(CALLS, [
  ...ISSUE_CASES,
  ...ID_CASES,
  ...OPEN_CASES,
  ...CLAIM_CASES,
  ...HAND_OUT_CASES,
  ...SETTLE_CASES,
  ...ROWS_CASES,
  ...CLOSE_CASES,
  ...NUMBER_CASES,
  ...SENT_CASES,
  ...COMMAND_RACE_CASES,
  ...STALE_CASES,
  ...COMMAND_OUTAGE_CASES,
  ...SUMMARY_CASES,
  ...BEGINNING_CASES,
  ...LIST_CASES,
  ...STATE_CASES,
])
