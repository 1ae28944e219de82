// The roster over real sockets, with terminals that keep people.
import express from 'express'
import { expect, it } from 'vitest'
import { memoryAdapter, terminalRouter } from '../../src/index.js'
import {
  type RosterEnrollment,
  type RosterOptions,
  type RosterPerson,
  roster,
} from '../../src/roster.js'
import { type TerminalPeopleOptions, terminalPeople } from '../../src/simulator.js'
import { SERIAL_NUMBER as SN, serving, terminalAt } from '../support/server.js'

const UNTIL_IDLE = { untilIdle: true, delay: 1 }
const ACCESS = [{ timeZone: 1, doors: [1, 2] }]

async function world(
  dialect: 'attendance' | 'access',
  wanted: RosterPerson[],
  kept: TerminalPeopleOptions = {},
  options: Partial<RosterOptions> = {},
) {
  const adapter = memoryAdapter()
  const people = roster({ adapter, desired: () => wanted, deletes: 'apply', ...options })
  const server = await serving(express().use(terminalRouter({ adapter: people.adapter })))
  const held = terminalPeople(kept)
  const terminal = terminalAt(server, { dialect, people: held })
  /** Passes, and the terminal in between, until nothing more is sent. */
  const settle = async () => {
    for (let round = 0; round < 6; round++) {
      await terminal.start(undefined, UNTIL_IDLE)
      await people.reconcile(SN)
    }
    return people.reconcile(SN)
  }
  return { people, held, settle, terminal }
}

it.each(['attendance', 'access'] as const)(
  'A terminal of the family %s is filled and emptied',
  async (dialect) => {
    const wanted: RosterPerson[] = Array.from({ length: 17 }, (_, n) => {
      return { pin: `${n + 1}`, person: `p${n}`, name: `Person${n}`, access: ACCESS }
    })
    const users = [{ pin: '99', name: 'Visitor' }]
    const { people, held, settle } = await world(dialect, wanted, { users })
    const full = await settle()
    expect(full).toMatchObject({ present: 17, put: [], waiting: [], failed: [] })
    expect(full.foreign.map(({ pin }) => pin)).toEqual(['99'])
    expect(held.users()).toHaveLength(18)
    if (dialect === 'access') expect(held.authorizations('1')).toHaveLength(1)
    wanted.pop()
    expect(await settle()).toMatchObject({ present: 16, remove: [], waiting: [] })
    expect(held.users('17')).toEqual([])
    expect(held.users('99')).toHaveLength(1)
    expect(await people.count(SN)).toMatchObject({ present: 16, removed: 1, foreign: 1 })
  },
)

it('A finger that is enrolled at a terminal reaches the app, and another terminal', async () => {
  const wanted: RosterPerson[] = [{ pin: '7', name: 'Ada', templates: [] }]
  const reported: RosterEnrollment[] = []
  const onEnrollment = (one: RosterEnrollment) => reported.push(one)
  const first = await world('attendance', wanted, {}, { onEnrollment })
  await first.settle()
  first.held.enroll({ pin: '7', type: 'finger', no: 6 })
  await first.settle()
  expect(reported.map(({ pin, records }) => [pin, records.length])).toEqual([['7', 1]])
  const templates = reported.flatMap(({ records }) => records)
  const [{ source } = {}] = reported
  const second = await world('attendance', [
    { pin: '7', name: 'Ada', templates, ...(source && { source }) },
  ])
  expect(await second.settle()).toMatchObject({ present: 1 })
  expect(second.held.templates('7')).toHaveLength(1)
})

it('A terminal that was reset is filled again, and a full one says so', async () => {
  const wanted = ['1', '2', '3'].map((pin) => ({ pin, name: `Person${pin}` }))
  const { held, settle, people } = await world('attendance', wanted, { capacity: 2 })
  const result = await settle()
  expect(result.failed).toEqual([
    { pin: '3', name: 'Person3', reason: 'user: capacity reached, or the photo was refused' },
  ])
  held.wipe()
  await people.reconcile(SN, { read: true })
  await settle()
  expect(held.users()).toHaveLength(2)
})
