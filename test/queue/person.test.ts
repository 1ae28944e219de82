import Libsql from 'libsql'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { expect, it } from 'vitest'
import { type ForgottenPerson, memoryAdapter, personIn } from '../../src/index.js'
import { mongoAdapter } from '../../src/mongo.js'
import { postgresAdapter } from '../../src/postgres.js'
import { sqliteAdapter } from '../../src/sqlite.js'

it.each([
  ['DATA UPDATE USERINFO PIN=7\tName=A', '7'],
  ['DATA DELETE USERINFO PIN=007', '007'],
  ['DATA UPDATE user CardNo=1\tPin=7\tName=PIN=8', '7'],
  ['DATA QUERY ATTLOG UserID=7', '7'],
  ['ENROLL_FP FID=1,pin= 7 ', '7'],
  [`DATA UPDATE USERINFO PIN=${'7'.repeat(64)}`, '7'.repeat(64)],
  [`DATA UPDATE USERINFO PIN=${'7'.repeat(65)}`, undefined],
  ['DATA UPDATE USERINFO PIN=\tName=A', undefined],
  ['DATA UPDATE USERINFO XPIN=7', undefined],
  // The PIN of a message is the number of its row.
  ['DATA UPDATE SMS PIN=7', undefined],
  ['REBOOT', undefined],
])('The person in %j is %s', (text, pin) => {
  expect(personIn(text)).toBe(pin)
})

const nowhere = {
  memory: () => memoryAdapter(),
  mongo: () => mongoAdapter(new MongoClient('mongodb://none').db('none')),
  postgres: () => postgresAdapter(new pg.Pool()),
  sqlite: () => sqliteAdapter(new Libsql(':memory:')),
}
const WRONG: [string, unknown][] = [
  ['pin is undefined', { serialNumbers: ['A'] }],
  ['pin is 7', { pin: 7, serialNumbers: ['A'] }],
  ['pin is ""', { pin: '', serialNumbers: ['A'] }],
  ['serialNumbers is undefined', { pin: '7' }],
  ['serialNumbers is an array of 0', { pin: '7', serialNumbers: [] }],
  ['serialNumbers is "A"', { pin: '7', serialNumbers: 'A' }],
  ['serialNumbers is an array', { pin: '7', serialNumbers: ['A', 7] }],
]
it.each(
  Object.entries(nowhere).flatMap(([name, make]) => {
    return WRONG.map(([told, person]) => [name, told, make, person] as const)
  }),
)('forgetPerson in %s refuses it if %s', async (_name, told, make, person) => {
  const adapter = make()
  await expect(adapter.forgetPerson(person as ForgottenPerson)).rejects.toThrow(
    new RegExp(`${told}.*; expected the `),
  )
  await expect(adapter.forgetPerson(person as ForgottenPerson)).rejects.toThrow(TypeError)
})
