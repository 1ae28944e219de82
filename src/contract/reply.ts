// The cases on storing replies: what the Command Reply endpoint needs.
import { BATCH_CASES } from './reply/batch.js'
import { FIND_CASES } from './reply/find.js'
import { KEEP_CASES } from './reply/keep.js'
import { REPLY_LIST_CASES } from './reply/list.js'
import { OUTAGE_CASES } from './reply/outage.js'
import { PRECEDENCE_CASES } from './reply/precedence.js'
import { RACE_CASES } from './reply/race.js'
import { UNPARSED_CASES } from './reply/unparsed.js'
import { VALUE_CASES } from './reply/value.js'
import type { Case } from './subject.js'

/** The cases on storing replies. */
export const REPLY_CASES: readonly Case[] = [
  ...FIND_CASES,
  ...KEEP_CASES,
  ...PRECEDENCE_CASES,
  ...VALUE_CASES,
  ...RACE_CASES,
  ...UNPARSED_CASES,
  ...BATCH_CASES,
  ...OUTAGE_CASES,
  ...REPLY_LIST_CASES,
]
