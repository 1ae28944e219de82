// Templates that terminals keep to themselves, or lose: over real sockets.
import express from 'express'
import { expect, it, vi } from 'vitest'
import { attendance } from '../../src/commands.js'
import { commandQueue, memoryAdapter, terminalRouter } from '../../src/index.js'
import { type RosterEnrollment, type RosterPerson, roster } from '../../src/roster.js'
import { type TerminalPeopleOptions, terminalPeople } from '../../src/simulator.js'
import { SERIAL_NUMBER as SN, serving, terminalAt } from '../support/server.js'

const MINUTE = 60_000

async function world(
  dialect: 'attendance' | 'access',
  wanted: RosterPerson[],
  kept: TerminalPeopleOptions = {},
) {
  const adapter = memoryAdapter()
  const reported: RosterEnrollment[] = []
  const onEnrollment = (one: RosterEnrollment) => reported.push(one)
  const people = roster({ adapter, desired: () => wanted, onEnrollment })
  const server = await serving(express().use(terminalRouter({ adapter: people.adapter })))
  const held = terminalPeople(kept)
  const terminal = terminalAt(server, { dialect, people: held })
  const texts: string[] = []
  const execute = (command: Parameters<typeof terminal.execute>[0]) => {
    texts.push(command.text)
    return terminal.execute(command)
  }
  /** Passes, two minutes apart, and the terminal in between. */
  const settle = async () => {
    texts.length = 0
    for (let round = 0; round < 6; round++) {
      await terminal.start(execute, { untilIdle: true, delay: 1 })
      vi.setSystemTime(Date.now() + 2 * MINUTE)
      await people.reconcile(SN)
    }
    return [...texts]
  }
  const result = { people, held, settle, reported, commands: commandQueue(adapter) }
  await settle()
  return result
}

function within(test: () => Promise<void>): () => Promise<void> {
  return async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await test().finally(() => vi.useRealTimers())
  }
}

function finger(pin: string): RosterPerson['templates'] {
  const fields = { Pin: pin, No: '6', Index: '0', Valid: '1', Type: '1', MajorVer: '10' }
  const Tmp = Buffer.from(`finger of ${pin}`.padEnd(60)).toString('base64')
  const raw = Buffer.alloc(0)
  return [{ kind: 'fields', type: 'biodata', fields: { ...fields, MinorVer: '0', Tmp }, raw }]
}

it(
  'A template that the terminal kept to itself after an enrollment is asked for once',
  within(async () => {
    const wanted = [{ pin: '7', name: 'Ada', templates: [] }]
    const { held, settle, reported } = await world('attendance', wanted, { reports: 'operations' })
    held.enroll({ pin: '7', no: 6 })
    expect(await settle()).toEqual(['DATA QUERY USERINFO PIN=7'])
    expect(reported.map(({ pin, records }) => [pin, records.length])).toEqual([['7', 1]])
    expect(await settle()).toEqual([])
  }),
)

it(
  'A template of an enrollment on command is asked for if it does not come by itself',
  within(async () => {
    const wanted = [{ pin: '7', name: 'Ada', templates: [] }]
    const { settle, reported, commands } = await world('attendance', wanted, { reports: 'nothing' })
    await commands.issue(SN, attendance.enrollFingerprint({ pin: '7', finger: 6 }))
    const texts = await settle()
    expect(texts.map((text) => text.split('\t')[0])).toEqual([
      'ENROLL_FP PIN=7',
      'DATA QUERY USERINFO PIN=7',
    ])
    expect(reported).toHaveLength(1)
  }),
)

it(
  'A terminal that sends its templates is not asked for them',
  within(async () => {
    const wanted = [{ pin: '7', name: 'Ada', templates: [] }]
    const { held, settle, reported, commands } = await world('attendance', wanted)
    held.enroll({ pin: '7', no: 6 })
    expect(await settle()).toEqual([])
    await commands.issue(SN, attendance.enrollFingerprint({ pin: '7', finger: 7 }))
    expect(await settle()).toHaveLength(1)
    expect(reported).toHaveLength(2)
  }),
)

it(
  'A door terminal that does not register is asked once which templates it takes',
  within(async () => {
    const wanted = [{ pin: '7', name: 'Ada', templates: finger('7') ?? [] }]
    const { held, settle, people } = await world('access', wanted)
    expect(held.templates('7')).toHaveLength(1)
    expect(await people.count(SN)).toMatchObject({ present: 1 })
    expect(await settle()).toEqual([])
  }),
)

it(
  'Fingers that a terminal has lost are put again, once',
  within(async () => {
    const wanted = ['7', '8'].map((pin) => ({ pin, name: 'Ada', templates: finger(pin) ?? [] }))
    const { held, settle } = await world('attendance', wanted)
    await settle()
    held.wipe()
    for (const { pin, name } of wanted) held.put({ pin, name })
    await settle()
    await settle()
    expect(held.templates()).toHaveLength(2)
    expect(await settle()).toEqual([])
  }),
)
