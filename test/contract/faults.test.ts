import { AssertionError } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { ALIKE_FAULTS } from './alike-faults.js'
import { BEGINNING_FAULTS } from './beginning-faults.js'
import { COMMAND_FAULTS } from './command-faults.js'
import { CUT_FAULTS } from './cut-faults.js'
import { EVENT_FAULTS } from './event-faults.js'
import { LIST_FAULTS } from './list-faults.js'
import { OFFER_FAULTS } from './offer-faults.js'
import { OPEN_FAULTS } from './open-faults.js'
import { REFUSED_FAULTS } from './refused-faults.js'
import { REPLY_FAULTS } from './reply-faults.js'
import { RETENTION_FAULTS } from './retention-faults.js'
import { ROSTER_FAULTS } from './roster-faults.js'
import { TERMINAL_FAULTS } from './terminal-faults.js'
import { UPLOAD_FAULTS } from './upload-faults.js'
import { VALUE_FAULTS } from './value-faults.js'
import { type Fault, wholeSubject } from './whole.js'

// A test that is right in most runs isn't enough: CONTRACT_RUNS=100 proves what one run suggests.
const RUNS = Number(process.env.CONTRACT_RUNS ?? 1)

const REFUSAL = /duplicate key|has had a command/

const TABLES: readonly Record<string, Record<string, Fault>>[] = [
  ...[REPLY_FAULTS, COMMAND_FAULTS, UPLOAD_FAULTS, TERMINAL_FAULTS, OPEN_FAULTS, LIST_FAULTS],
  ...[RETENTION_FAULTS, VALUE_FAULTS, CUT_FAULTS, ALIKE_FAULTS, REFUSED_FAULTS],
  ...[EVENT_FAULTS, ROSTER_FAULTS, OFFER_FAULTS, BEGINNING_FAULTS],
]
const FAULTS: Record<string, Record<string, Fault>> = {}
for (const [name, faults] of TABLES.flatMap((table) => Object.entries(table))) {
  FAULTS[name] = { ...FAULTS[name], ...faults }
}

it('Every case has faults', () => {
  const cases = adapterContract(wholeSubject).map(({ name }) => name)
  expect(Object.keys(FAULTS).sort()).toEqual(cases.sort())
})

for (const [name, faults] of Object.entries(FAULTS)) {
  describe(name, () => {
    for (const [fault, plant] of Object.entries(faults)) {
      it(`An adapter that ${fault} is refused`, { timeout: 60_000 * RUNS }, async () => {
        const cases = adapterContract(() => wholeSubject(plant))
        const refusing = cases.find((each) => each.name === name)
        for (let run = 0; run < RUNS; run++) {
          const error = await refusing?.run().then(
            () => `accepted in run ${run + 1}`,
            (reason: unknown) => reason,
          )
          // An adapter that refuses what it should keep rejects with an error of its own.
          const isOwn = error instanceof Error && REFUSAL.test(error.message)
          if (!isOwn) expect(error).toBeInstanceOf(AssertionError)
        }
      })
    }
  })
}
