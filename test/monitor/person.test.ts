import express from 'express'
import { describe, expect, it } from 'vitest'
import { access, attendance } from '../../src/commands.js'
import { memoryAdapter, parseUpload, terminalRouter } from '../../src/index.js'
import { activity } from '../../src/monitor/activity.js'
import type { MonitorOptions } from '../../src/monitor/option.js'
import { phraseOf } from '../../src/monitor/phrase.js'
import { monitorSettings } from '../../src/monitor/settings.js'
import { queryOf, viewReader } from '../../src/monitor/view.js'
import { roster } from '../../src/roster.js'
import { terminalPeople } from '../../src/simulator.js'
import { SERIAL_NUMBER, serving, terminalAt } from '../support/server.js'
import { OTHER_SN, SN } from '../support/watched.js'

function opened(options: Partial<MonitorOptions> = {}) {
  const adapter = memoryAdapter()
  const active = activity()
  active.close()
  const load = viewReader(monitorSettings({ adapter, ...options }), active)
  return {
    adapter,
    upload(text: string, table = 'OPERLOG', serialNumber = SN) {
      const body = Buffer.from(text)
      const about = { serialNumber, table, query: {}, receivedAt: new Date(), body }
      adapter.onUpload({ ...about, ...parseUpload(body, { table }) })
    },
    // biome-ignore lint/suspicious/noExplicitAny: each view has its own shape
    async read(query: string): Promise<any> {
      const checked = queryOf(new URLSearchParams(query))
      return checked && load(checked)
    },
  }
}

describe('Names', () => {
  it('A person has the name that the terminal uploaded last, on that terminal', async () => {
    const { upload, read } = opened()
    upload('USER PIN=7\tName=Eve\tPri=0')
    upload('USER PIN=7\tName=Ada\tPri=0')
    upload('USER PIN=7\tName=Bo\tPri=0', 'OPERLOG', OTHER_SN)
    upload('7\t2026-10-05 06:58:10\t0\t1', 'ATTLOG')
    upload('7\t2026-10-05 06:59:10\t0\t1', 'ATTLOG', OTHER_SN)
    upload('70\t2026-10-05 07:00:10\t0\t1', 'ATTLOG')
    const { list } = await read('view=attendance&day=2026-10-05')
    const names = list.rows.map((row: { person?: string }) => row.person)
    expect(names).toEqual([undefined, 'Bo', 'Ada'])
  })

  it('The app is asked once for all people of a page, and once for all terminals', async () => {
    const asked: number[] = []
    const { upload, read } = opened({
      personOf(people) {
        asked.push(people.length)
        return people.map(({ pin }) => (pin === '9' ? undefined : `Person ${pin}`))
      },
    })
    for (let pin = 1; pin < 10; pin++) upload(`${pin}\t2026-10-05 06:58:10\t0\t1`, 'ATTLOG')
    const { list } = await read('view=attendance&day=2026-10-05')
    expect(asked).toEqual([9])
    expect(list.rows.slice(0, 2).map((row: { person?: string }) => row.person)).toEqual([
      undefined,
      'Person 8',
    ])
  })

  it('A search for 7 finds the PIN 7 alone, and one for a name that person', async () => {
    const { upload, read } = opened()
    upload('USER PIN=7\tName=Ada King\nUSER PIN=70\tName=Ada Bell\nUSER PIN=8\tName=Bo 7')
    for (const pin of [7, 70, 8]) upload(`${pin}\t2026-10-05 06:58:10\t0\t1`, 'ATTLOG')
    const found = async (person: string) => {
      const { list, choices } = await read(`view=attendance&day=2026-10-05&person=${person}`)
      return [list.rows.map((row: { pin: string }) => row.pin), choices?.people?.length]
    }
    expect(await found('7')).toEqual([['7'], undefined])
    expect(await found('king')).toEqual([['7'], undefined])
    expect(await found('ada')).toEqual([[], 2])
    expect(await found('nobody')).toEqual([[], undefined])
  })

  it('The app can find people by name itself', async () => {
    const { upload, read } = opened({ findPeople: (words) => (words === 'boss' ? ['8'] : []) })
    upload('8\t2026-10-05 06:58:10\t0\t1', 'ATTLOG')
    const { list } = await read('view=attendance&day=2026-10-05&person=boss')
    expect(list.rows).toHaveLength(1)
  })

  it('An answer of the wrong length is refused', async () => {
    const { upload, read } = opened({ personOf: () => ['Ada', 'Bo'] })
    upload('7\t2026-10-05 06:58:10\t0\t1', 'ATTLOG')
    await expect(read('view=attendance&day=2026-10-05')).rejects.toThrow(/"personOf".*array of 1/)
  })
})

describe('A page of a person', () => {
  it('A person is where the roster says, and templates have no bytes', async () => {
    const adapter = memoryAdapter()
    const people = roster({ adapter, desired: () => [{ pin: '7', name: 'Ada' }] })
    const { read } = opened({ adapter, roster: people })
    const server = await serving(express().use(terminalRouter({ adapter: people.adapter })))
    const terminal = terminalAt(server, { people: terminalPeople() })
    for (let round = 0; round < 5; round++) {
      await terminal.start(undefined, { untilIdle: true, delay: 1 })
      await people.reconcile(SERIAL_NUMBER)
    }
    const { standings, terminals } = await read('view=person&pin=7')
    const standing = { serialNumber: SERIAL_NUMBER, state: 'present' }
    expect(standings).toMatchObject({ rows: [standing], hasMore: false })
    expect(terminals).toMatchObject([{ serialNumber: SERIAL_NUMBER }])
    const template = Buffer.from('FP PIN=7\tFID=6\tSize=8\tValid=1\tTMP=SECRET00')
    const about = { serialNumber: SN, table: 'OPERLOG', query: {}, receivedAt: new Date() }
    adapter.onUpload({ ...about, body: template, ...parseUpload(template, { table: 'OPERLOG' }) })
    const view = await read('view=person&pin=7&tab=uploads')
    expect(view.list.rows[0]).toMatchObject({ type: 'fp', serialNumber: SN })
    expect(JSON.stringify(view)).not.toContain('SECRET')
  })
})

it.each([
  [attendance.putUser({ pin: '7', name: 'Ada' }), { phrase: 'putUser', name: 'Ada' }],
  [attendance.deleteUser({ pin: '7' }), { phrase: 'deleteUser' }],
  [attendance.queryUser({ pin: '7' }), { phrase: 'queryUser' }],
  [attendance.queryUsers(), { phrase: 'queryUsers' }],
  [attendance.openDoor(), { phrase: 'openDoor' }],
  [attendance.reboot(), { phrase: 'reboot' }],
  [attendance.check(), { phrase: 'check' }],
  [access.putUser({ pin: '7', name: 'Ada' }), { phrase: 'putUser', name: 'Ada' }],
  [access.openDoor({ door: 10, seconds: 5 }), { phrase: 'openDoorOf', what: '10' }],
  [access.openDoor({ door: 'all', seconds: 5 }), { phrase: 'controlDoors' }],
  [access.holdDoorOpen({ door: 2 }), { phrase: 'holdDoorOpen', what: '2' }],
  [access.closeDoor({ door: 2 }), { phrase: 'closeDoor', what: '2' }],
  [access.cancelAlarm({ door: 1 }), { phrase: 'cancelAlarm' }],
  [{ text: 'GetFile /mnt/log' }, undefined],
  [{ text: 'DATA UPDATE USER_SMS PIN=7\tUID=1' }, undefined],
])('A command is shown in words: %j', ({ text }, phrase) => {
  expect(phraseOf(text)).toEqual(phrase)
})
