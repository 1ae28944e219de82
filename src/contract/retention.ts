// The cases on forgetting: what is old, and what is about a person.

import { FORGET_CASES } from './retention/forget.js'
import { PERSON_CASES } from './retention/person.js'
import type { Case } from './subject.js'
import { onCapability } from './subject.js'

/** The cases on forgetting, skipped for adapters without that capability. */
export const RETENTION_CASES: readonly Case[] = onCapability(
  ['forget', 'forgetPerson'],
  [...FORGET_CASES, ...PERSON_CASES],
)
