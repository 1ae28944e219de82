// The cases on terminals: the facts about each, from its contacts.
import { type Case, onCapability } from './subject.js'
import { CONTACT_CASES } from './terminal/contact.js'
import { TERMINAL_LIST_CASES } from './terminal/list.js'
import { TERMINAL_RACE_CASES } from './terminal/race.js'
import { RESEND_CASES } from './terminal/resend.js'

const CALLS = ['onContact', 'findTerminal']

/** The cases on terminals, skipped for adapters without that capability. */
export const TERMINAL_CASES: readonly Case[] = onCapability(CALLS, [
  ...CONTACT_CASES,
  ...TERMINAL_RACE_CASES,
  ...TERMINAL_LIST_CASES,
  ...RESEND_CASES,
])
