// The cases on the roster: what is known of each person on each terminal.
import { ROSTER_CALLS } from '../roster/storage.js'
import { FORGET_ROSTER_CASES } from './roster/forget.js'
import { LIST_CASES } from './roster/list.js'
import { ROSTER_RACE_CASES } from './roster/race.js'
import { WRITE_CASES } from './roster/write.js'
import { type Case, onCapability } from './subject.js'

/** The cases on the roster, skipped for adapters without that capability. */
export const ROSTER_CASES: readonly Case[] = [
  ...onCapability(ROSTER_CALLS, [...WRITE_CASES, ...ROSTER_RACE_CASES, ...LIST_CASES]),
  ...onCapability([...ROSTER_CALLS, 'forget', 'forgetPerson'], FORGET_ROSTER_CASES),
]
