import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Deadline } from '../../src/endpoint/deadline.js'
import { memoryAdapter, type UploadRecord } from '../../src/index.js'
import { handOut } from '../../src/queue/hand-out.js'
import { type RosterOptions, type RosterPerson, roster } from '../../src/roster.js'
import { turn } from './model/gate.js'
import { type Kind, Machine } from './model/machine.js'
import { Random } from './model/random.js'

const SN = 'T1'
const KIND: Kind = {
  ...{ family: 'attendance' as const, finger: 10, face: 40, takesPhotos: true, capacity: 5000 },
  ...{ nameBytes: 24, isSticky: false, knowsQueryAll: true, knowsQueryOne: true },
  ...{ returnsCount: true, echoes: false, losesTemplates: false, firmware: 'F1' },
}
const LIMITS = { maxCommands: 1, maxBytes: 40_000, bytesOf: () => 1 }
const MINUTE = 60_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-01') })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A terminal beside a roster over storage whose calls are counted. */
async function world(
  wanted: RosterPerson[],
  options: Partial<RosterOptions> = {},
  kind: Partial<Kind> = {},
) {
  const memory = memoryAdapter()
  const calls: string[] = []
  const adapter = new Proxy(memory, {
    get(target, name, receiver) {
      const member = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls.push(String(name))
        return Reflect.apply(member, target, args)
      }
    },
  })
  const machine = new Machine(SN, { ...KIND, ...kind })
  const random = new Random(1)
  random.chance = () => false
  const people = roster({ adapter, desired: () => wanted, onError: () => {}, ...options })
  const contact = async (kind: 'handshake' | 'poll') => {
    const { users, options: own } = machine
    await people.adapter.onContact({
      ...{ serialNumber: SN, at: new Date(), kind, family: 'attendance', familyRank: 'stated' },
      ...{ model: 'M', firmware: 'F1', users: users.size, options: own },
    })
  }
  const upload = async (rows: { type: string; fields: Record<string, string> }[]) => {
    const records = rows.map((row): UploadRecord => {
      return { kind: 'fields', ...row, raw: Buffer.from(JSON.stringify(row)) }
    })
    const head = { serialNumber: SN, table: 'OPERLOG', query: {}, receivedAt: new Date() }
    await people.adapter.onUpload({ ...head, records, unparsed: [], body: Buffer.alloc(0) })
  }
  /** Lets the terminal execute everything that waits for it. */
  const drain = async () => {
    const texts: string[] = []
    for (;;) {
      const open = await handOut(
        people.adapter,
        SN,
        new Date(),
        LIMITS,
        () => 'utf-8',
        new Deadline(0, ''),
      )
      const [command] = open
      if (command === undefined) return texts
      texts.push(command.text)
      const { code, rows, told = {} } = machine.execute(command.text, random)
      if (rows.length > 0) await upload(rows)
      const { commandId } = command
      const reply = { serialNumber: SN, commandId, returnCode: code, commandName: 'DATA' }
      await people.adapter.onReply({ ...reply, fields: told, raw: Buffer.alloc(0) }, command)
    }
  }
  /** Passes until nothing more happens. */
  const settle = async () => {
    const texts: string[] = []
    for (let round = 0; round < 12; round++) {
      vi.setSystemTime(Date.now() + 3 * MINUTE)
      await contact('poll')
      await people.reconcile(SN)
      await turn()
      const executed = await drain()
      if (executed.length === 0 && round > 4) return texts
      texts.push(...executed)
    }
    return texts
  }
  await contact('handshake')
  return { memory, calls, machine, people, contact, upload, drain, settle }
}

const many = (count: number): RosterPerson[] =>
  Array.from({ length: count }, (_, n) => ({
    pin: `${n + 1}`,
    person: `p${n}`,
    name: `Person${n}`,
  }))

it('Nobody is put on a terminal before it has shown everybody', async () => {
  const { people, drain, settle, machine } = await world([{ pin: '7', name: 'Ada' }])
  await people.reconcile(SN)
  expect(await drain()).toEqual(['DATA QUERY USERINFO'])
  await settle()
  expect(machine.users.get('7')?.name).toBe('Ada')
  expect(await people.count(SN)).toMatchObject({ present: 1, wanted: 1 })
})

// ROSTER_PEOPLE=2000 is the size that counts; it takes seconds.
const COUNT = Number(process.env.ROSTER_PEOPLE ?? 100)

it('A pass for people in step takes a handful of statements and issues nothing', async () => {
  const { people, settle, calls } = await world(many(COUNT))
  await settle()
  expect(await people.count(SN)).toMatchObject({ present: COUNT })
  calls.length = 0
  const result = await people.reconcile(SN)
  expect(result).toMatchObject({ present: COUNT, put: [], remove: [], waiting: [], failed: [] })
  const pages = Array.from({ length: Math.floor(COUNT / 1000) + 1 }, () => 'listRoster')
  expect(calls).toEqual(['findTerminal', ...pages])
})

it("Whoever can't be sent has a reason that people read: what came, and what was expected", async () => {
  const { people, settle } = await world([
    { pin: '6', name: 'x Pri=14' },
    { pin: '7', password: '12345678901' },
    {
      pin: '8',
      name: 'Ada',
      photo: { version: '1', load: () => Promise.reject(new Error('no photo of 8')) },
    },
    { pin: '9', name: 'Bob' },
  ])
  await settle()
  const { failed } = await people.reconcile(SN)
  expect(failed.map(({ pin, reason }) => `${pin} ${reason}`)).toEqual([
    '6 name is "x Pri=14"; expected a string of at most 24 bytes in utf-8, without = and control characters',
    "7 password is a string of length 11 (not shown); expected a string of at most 8 digits, such as '1234'",
    '8 no photo of 8',
  ])
  const { rows } = await people.status({ serialNumber: SN, state: 'failed' })
  expect(rows.map(({ meaning }) => meaning)).toEqual(failed.map(({ reason }) => reason))
})

it('A stranger under a desired PIN is a conflict, and one of the same name is adopted', async () => {
  const wanted = [
    { pin: '7', name: 'Ada Byron' },
    { pin: '8', name: 'Grace Hopper' },
  ]
  const { people, settle, machine } = await world(wanted, { deletes: 'apply' })
  machine.users.set('7', { name: 'Ada Byron', pri: '14', card: '' })
  machine.users.set('8', { name: 'Somebody', pri: '0', card: '' })
  machine.users.set('9', { name: 'Visitor', pri: '0', card: '' })
  await settle()
  const { rows } = await people.status({ serialNumber: SN })
  expect(rows.map(({ pin, state }) => `${pin} ${state}`)).toEqual([
    '7 present',
    '8 conflict',
    '9 foreign',
  ])
  const reason = "the PIN is somebody else's on this terminal"
  expect((await people.reconcile(SN)).failed).toEqual([
    { pin: '8', name: 'Somebody', wanted: 'Grace Hopper', reason },
  ])
  expect(machine.users.get('8')?.name).toBe('Somebody')
  // Nobody is demoted who isn't named.
  expect(machine.users.get('7')?.pri).toBe('14')
})

it('Who was edited before the roster proved who it is stays a stranger, wanted or not', async () => {
  const wanted = [
    { pin: '7', name: 'Ada' },
    { pin: '8', name: 'Grace' },
  ]
  const { people, settle, machine } = await world(wanted, { deletes: 'apply' })
  machine.users.set('7', { name: 'Edited', pri: '0', card: '' })
  await settle()
  const seventh = async () => (await people.status({ pin: '7' })).rows.map(({ state }) => state)
  expect(await seventh()).toEqual(['conflict'])
  wanted.shift()
  await settle()
  expect(await seventh()).toEqual(['foreign'])
  expect(machine.users.get('7')?.name).toBe('Edited')
  expect(machine.users.has('8')).toBe(true)
})

it('Who leaves stays under report, is deleted under apply, and nobody is if too many leave', async () => {
  const wanted = many(20)
  const options: Partial<RosterOptions> = { deletes: 'report' }
  const { people, settle, machine, memory } = await world(wanted, options)
  await settle()
  wanted.pop()
  await settle()
  expect(machine.users.size).toBe(20)
  expect((await people.status({ state: 'unwanted' })).rows).toHaveLength(1)
  const dry = await people.reconcile(SN, { dryRun: true })
  expect(dry.remove).toEqual([{ pin: '20', name: 'Person19', reason: 'not desired' }])
  wanted.splice(10)
  const applied = roster({
    adapter: memory,
    desired: () => wanted,
    deletes: 'apply',
    onError: () => {},
  })
  await expect(applied.reconcile(SN)).rejects.toMatchObject({
    code: 'DELETES_EXCEEDED',
    status: 409,
  })
  expect(machine.users.size).toBe(20)
  const { remove } = await applied.reconcile(SN, { maxDeletes: 10, maxFleetDeletes: 10 })
  expect(remove).toHaveLength(10)
  await settle()
  expect([...machine.users.keys()]).toEqual(wanted.map(({ pin }) => pin))
  expect(await people.count(SN)).toMatchObject({ present: 10, removed: 10 })
})

it('A pass that names whom it may delete deletes nobody else, whatever the roster does', async () => {
  for (const deletes of ['report', 'apply'] as const) {
    const wanted = many(20)
    const { people, settle, machine, drain } = await world(wanted, { deletes })
    await settle()
    wanted.splice(18)
    const { remove, skipped } = await people.reconcile(SN, { deletes: ['19', '1'] })
    expect([remove, skipped]).toMatchObject([[{ pin: '19' }], [{ pin: '20' }]])
    await drain()
    expect([machine.users.has('19'), machine.users.has('20'), machine.users.size]).toEqual([
      false,
      true,
      19,
    ])
  }
})

it('No call writes more than 1,000 rows, whoever leaves', async () => {
  const { people, memory, machine, contact } = await world([{ pin: '1', name: 'Ada' }])
  const content = JSON.stringify({ owner: 'ours', facets: { user: { digest: 'a' } } })
  for (let n = 1000; n < 2100; n++) {
    const row = { serialNumber: SN, pin: `${n}`, version: `${n}`.padStart(16, '0') }
    machine.users.set(row.pin, { name: '', pri: '0', card: '' })
    const rest = { state: 'present', changedAt: new Date(), commandIds: [], content }
    memory.writeRoster([{ row: { ...row, ...rest } }])
  }
  const sizes: number[] = []
  const { writeRoster } = memory
  memory.writeRoster = (writes) => {
    sizes.push(writes.length)
    return writeRoster(writes)
  }
  const place = { serialNumber: SN, pin: '', version: '0'.repeat(16), state: 'terminal' }
  const read = { mode: 'all', at: Date.now(), users: 1100 }
  const own = JSON.stringify({ read, places: 0, machine: 'M F1' })
  memory.writeRoster([{ row: { ...place, changedAt: new Date(), commandIds: [], content: own } }])
  await contact('poll')
  await people.reconcile(SN)
  expect(await people.count(SN)).toMatchObject({ unwanted: 1100 })
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1000)
})

it('Every version of a row has 16 characters, whatever the ids of commands', async () => {
  const wanted = many(3)
  const options = { deletes: 'apply' as const, commandIds: 'number' as const }
  const { settle, memory } = await world(wanted, options)
  const versions: string[] = []
  const { writeRoster } = memory
  memory.writeRoster = (writes) => {
    versions.push(...writes.map(({ row }) => row.version))
    return writeRoster(writes)
  }
  await settle()
  wanted.pop()
  await settle()
  expect(versions.filter((version) => !/^[0-9a-z]{16}$/.test(version))).toEqual([])
})

it('Nobody is deleted if desired yields nobody, or throws halfway', async () => {
  let fault: 'none' | 'empty' | 'throws' = 'none'
  const { people, settle, machine } = await world([], {
    deletes: 'apply',
    *desired() {
      if (fault === 'empty') return
      yield { pin: '1', name: 'Ada' }
      if (fault === 'throws') throw new Error('HR is away')
      yield { pin: '2', name: 'Grace' }
    },
  })
  await settle()
  fault = 'empty'
  const { skipped } = await people.reconcile(SN)
  expect(skipped.map(({ pin }) => pin)).toEqual(['1', '2'])
  fault = 'throws'
  await expect(people.reconcile(SN)).rejects.toThrow('HR is away')
  expect(machine.users.size).toBe(2)
})

it('A PIN whose person changes is emptied and asked for before it is the other one', async () => {
  const wanted: RosterPerson[] = [{ pin: '7', person: 'ada', name: 'Ada' }]
  const { settle, people, machine } = await world(wanted, { deletes: 'apply' })
  await settle()
  wanted[0] = { pin: '7', person: 'grace', name: 'Grace' }
  const texts = await settle()
  const [user] = texts.splice(
    texts.findIndex((text) => text.includes('Name=Grace')),
    1,
  )
  expect(user).toContain('PIN=7')
  expect(texts.at(-2)).toBe('DATA DELETE USERINFO PIN=7')
  expect(texts.at(-1)).toBe('DATA QUERY USERINFO PIN=7')
  expect(machine.users.get('7')?.name).toBe('Grace')
  expect((await people.status({ pin: '7' })).rows[0]?.person).toBe('grace')
})

it('A PIN that only a reading can show to be empty is emptied once, then the other one gets it', async () => {
  const wanted: RosterPerson[] = [
    { pin: '6', person: 'bo', name: 'Bo' },
    { pin: '7', person: 'ada', name: 'Ada' },
  ]
  const { settle, machine } = await world(wanted, { deletes: 'apply' }, { knowsQueryOne: false })
  await settle()
  wanted[1] = { pin: '7', person: 'grace', name: 'Grace' }
  const texts = await settle()
  expect(texts.filter((text) => text === 'DATA DELETE USERINFO PIN=7')).toHaveLength(1)
  expect(machine.users.get('7')?.name).toBe('Grace')
  vi.setSystemTime(Date.now() + 30 * 60 * MINUTE)
  expect(await settle()).toEqual([])
})

it('A PIN that was deleted and not shown to be empty is given to nobody else', async () => {
  const wanted: RosterPerson[] = [
    { pin: '6', person: 'bo', name: 'Bo' },
    { pin: '7', person: 'ada', name: 'Ada' },
  ]
  const options = { deletes: 'apply' as const }
  const { settle, drain, machine, people } = await world(wanted, options, { knowsQueryOne: false })
  await settle()
  // It says that it has deleted him, and hasn't.
  const ada = machine.users.get('7')
  const execute = machine.execute.bind(machine)
  machine.execute = (text, random) => {
    const effect = execute(text, random)
    if (text === 'DATA DELETE USERINFO PIN=7' && ada) machine.users.set('7', ada)
    return effect
  }
  wanted.pop()
  await people.reconcile(SN)
  await drain()
  wanted.push({ pin: '7', person: 'grace', name: 'Grace' })
  await people.reconcile(SN)
  await drain()
  await settle()
  expect(machine.users.get('7')?.name).toBe('Ada')
  const { rows } = await people.status({ serialNumber: SN, pin: '7' })
  expect(rows[0]?.meaning).toContain('see confirmFree')
})

it('A PIN that is shown while it is emptied is emptied again', async () => {
  const wanted: RosterPerson[] = [
    { pin: '6', person: 'bo', name: 'Bo' },
    { pin: '7', person: 'ada', name: 'Ada' },
  ]
  const kind = { knowsQueryOne: false, isSticky: true }
  const { settle, machine } = await world(wanted, { deletes: 'apply' }, kind)
  await settle()
  const execute = machine.execute.bind(machine)
  let isEnrolled = false
  machine.execute = (text, random) => {
    const effect = execute(text, random)
    if (isEnrolled || text !== 'DATA DELETE USERINFO PIN=7') return effect
    isEnrolled = true
    machine.slotsOf('7').set('finger 6', 'Ada finger')
    return { ...effect, rows: machine.templateRows('7') }
  }
  wanted[1] = { pin: '7', person: 'grace', name: 'Grace' }
  await settle()
  vi.setSystemTime(Date.now() + 60 * MINUTE)
  await settle()
  expect(machine.users.get('7')?.name).toBe('Grace')
  expect([...machine.slotsOf('7')]).toEqual([])
})

it('A PIN that is wanted later is asked for anew, if the terminal is asked PIN by PIN', async () => {
  const wanted = many(2)
  const { settle } = await world(wanted, { deletes: 'apply' }, { knowsQueryAll: false })
  await settle()
  const [left] = wanted.splice(1)
  await settle()
  wanted.push(left as RosterPerson)
  const texts = await settle()
  expect(texts[0]).toBe('DATA QUERY USERINFO PIN=2')
})

it('Who was uploaded before the query was sent is not shown by the reading', async () => {
  const { people, upload, contact, drain, machine } = await world([])
  machine.users.set('7', { name: 'Ada', pri: '0', card: '' })
  await people.reconcile(SN)
  await upload(machine.rowOf('7'))
  machine.users.delete('7')
  machine.users.set('8', { name: 'Grace', pri: '0', card: '' })
  const execute = machine.execute.bind(machine)
  // The rows of the query are lost.
  machine.execute = (text, random) => ({ ...execute(text, random), code: 0, rows: [] })
  await drain()
  await people.reconcile(SN)
  await drain()
  await contact('poll')
  const { notice } = await people.reconcile(SN)
  expect(notice).toBe('the terminal has 1 users and showed 0 of them')
})

it('A terminal that broke off each of its first readings is read again later', async () => {
  const { settle, machine, people } = await world(many(2), {}, { knowsQueryOne: false })
  machine.users.set('8', { name: 'Visitor', pri: '0', card: '' })
  const execute = machine.execute.bind(machine)
  machine.execute = (text, random) => {
    const effect = execute(text, random)
    return text === 'DATA QUERY USERINFO' ? { ...effect, rows: [] } : effect
  }
  for (let times = 0; times < 3; times++) await settle()
  expect(await people.count(SN)).toMatchObject({ failed: 2, present: 0 })
  machine.execute = execute
  vi.setSystemTime(Date.now() + 24 * 60 * MINUTE)
  await settle()
  expect(await people.count(SN)).toMatchObject({ failed: 0, present: 2, foreign: 1 })
})

it('Who was deleted at a terminal that is asked PIN by PIN is put there again', async () => {
  const { settle, machine, people } = await world(many(3), {}, { knowsQueryAll: false })
  await settle()
  machine.users.delete('2')
  await people.reconcile(SN, { read: true })
  const texts = await settle()
  expect([...machine.users.keys()].sort()).toEqual(['1', '2', '3'])
  expect(texts).toEqual([
    'DATA QUERY USERINFO',
    ...['1', '2', '3'].map((pin) => `DATA QUERY USERINFO PIN=${pin}`),
    expect.stringMatching(/^DATA UPDATE USERINFO PIN=2\t/),
  ])
  expect(await people.count(SN)).toMatchObject({ present: 3 })
})

it('A fallen count of users has a terminal asked PIN by PIN, after a while and once', async () => {
  const { settle, machine } = await world(many(2), {}, { knowsQueryAll: false })
  machine.users.set('8', { name: 'Visitor', pri: '0', card: '' })
  await settle()
  expect(await settle()).toEqual([])
  machine.users.delete('1')
  expect(await settle()).toHaveLength(4)
  expect(machine.users.has('1')).toBe(true)
  machine.users.delete('8')
  await settle()
  expect(await settle()).toEqual([])
})

it('A PIN is free once a terminal that is asked PIN by PIN no longer shows who had it', async () => {
  const { settle, machine, people } = await world(many(2), {}, { knowsQueryAll: false })
  machine.users.set('2', { name: 'Visitor', pri: '0', card: '' })
  await settle()
  expect(await people.count(SN)).toMatchObject({ present: 1, conflict: 1 })
  machine.wipe()
  await people.reconcile(SN, { read: true })
  await settle()
  expect(machine.users.get('2')?.name).toBe('Person1')
  expect(await people.count(SN)).toMatchObject({ present: 2, conflict: 0 })
})

it('A PIN is not free because storage has forgotten why a terminal did not answer', async () => {
  const { settle, drain, machine, memory, people } = await world(
    many(2),
    {},
    { knowsQueryAll: false },
  )
  machine.users.set('2', { name: 'Visitor', pri: '0', card: '' })
  await settle()
  await people.reconcile(SN, { read: true })
  await drain()
  await people.reconcile(SN)
  await people.reconcile(SN)
  const execute = machine.execute.bind(machine)
  machine.execute = (text, random) => ({ ...execute(text, random), code: -1, rows: [] })
  expect(await drain()).toHaveLength(2)
  machine.execute = execute
  vi.setSystemTime(Date.now() + MINUTE)
  await memory.forget(new Date())
  await settle()
  expect(machine.users.get('2')?.name).toBe('Visitor')
  expect(await people.count(SN)).toMatchObject({ present: 1, conflict: 1 })
})

it('A PIN is asked for again if storage has forgotten what the terminal answered', async () => {
  const { settle, drain, machine, memory, people } = await world(
    many(1),
    {},
    { knowsQueryAll: false },
  )
  machine.users.set('1', { name: 'Visitor', pri: '0', card: '' })
  await people.reconcile(SN)
  await drain()
  await people.reconcile(SN)
  const execute = machine.execute.bind(machine)
  machine.execute = (text, random) => ({ ...execute(text, random), code: -1, rows: [] })
  expect(await drain()).toEqual(['DATA QUERY USERINFO PIN=1'])
  machine.execute = execute
  vi.setSystemTime(Date.now() + MINUTE)
  await memory.forget(new Date())
  expect(await settle()).toContain('DATA QUERY USERINFO PIN=1')
  expect(machine.users.get('1')?.name).toBe('Visitor')
  expect(await people.count(SN)).toMatchObject({ present: 0, conflict: 1 })
})

it('A terminal that refuses the question for one person is not asked for everybody', async () => {
  const wanted = many(150).map(({ person: _, ...one }) => one)
  const kind = { knowsQueryAll: false, knowsQueryOne: false }
  const { settle, people } = await world(wanted, {}, kind)
  await settle()
  for (const { pin } of wanted) await people.confirmFree(SN, pin)
  await settle()
  expect(await people.count(SN)).toMatchObject({ present: 150 })
  await people.reconcile(SN, { read: true })
  expect(await settle()).toHaveLength(1 + 100)
})

it('A deletion that a person cancelled waits for a change', async () => {
  const wanted = many(2)
  const { settle, machine, memory, people } = await world(wanted, { deletes: 'apply' })
  await settle()
  wanted.pop()
  await people.reconcile(SN)
  const { records } = await memory.openCommands(SN, new Date(), { limit: 20, maxBytes: 40_000 })
  const ids = records.map(({ commandId }) => commandId)
  await memory.cancel(SN, { ids }, new Date(), 'cancelled')
  await settle()
  vi.setSystemTime(Date.now() + 30 * 60 * MINUTE)
  await settle()
  expect([...machine.users.keys()]).toEqual(['1', '2'])
  await people.changed({ serialNumber: SN })
  await settle()
  expect([...machine.users.keys()]).toEqual(['1'])
})

it('An enrollment is reported once, again after it fails, and an echo never', async () => {
  let isAway = true
  const reported: string[] = []
  const { settle, upload, machine } = await world([{ pin: '7', name: 'Ada', templates: [] }], {
    onEnrollment({ key, records }) {
      reported.push(`${key} ${records.length}`)
      if (isAway) throw new Error('HR is away')
    },
  })
  await settle()
  const rows = [machine.fingerRow('7', '6', 'Ada finger')]
  await expect(upload(rows)).rejects.toThrow('HR is away')
  isAway = false
  await upload(rows)
  await upload(rows)
  expect(new Set(reported).size).toBe(1)
  expect(reported).toHaveLength(2)
})

it('A template that came before the reply to its enrollment is not asked for', async () => {
  const wanted = [{ pin: '7', name: 'Ada', templates: [] }]
  const { settle, upload, machine, people } = await world(wanted)
  await settle()
  const enrolled = async (commandId: string) => {
    const command = { serialNumber: SN, commandId, text: 'ENROLL_FP PIN=7\tFID=6\tRETRY=3' }
    const reply = { serialNumber: SN, commandId, returnCode: 0, commandName: 'ENROLL_FP' }
    await people.adapter.onReply({ ...reply, fields: {}, raw: Buffer.alloc(0) }, command)
    return settle()
  }
  await upload([machine.fingerRow('7', '6', 'Ada finger')])
  expect(await enrolled('1')).toEqual([])
  expect(await enrolled('2')).toEqual(['DATA QUERY USERINFO PIN=7'])
})

it.each(['0', 'constructor'])(
  'A change at the terminal with privilege %j is reported, and put back once',
  async (pri) => {
    const drift: unknown[] = []
    const { settle, upload, machine } = await world([{ pin: '7', name: 'Ada Byron' }], {
      onDrift: (user) => drift.push(user),
    })
    await settle()
    for (let times = 0; times < 2; times++) {
      machine.users.set('7', { name: 'Ada King', pri, card: '' })
      await upload(machine.rowOf('7'))
      await settle()
    }
    expect(drift).toEqual([{ serialNumber: SN, pin: '7', name: 'Ada King', privilege: 'user' }])
    expect(machine.users.get('7')?.name).toBe('Ada King')
  },
)

it('Everybody is put again on a terminal that was reset', async () => {
  const { settle, machine } = await world(many(3))
  await settle()
  machine.wipe()
  await settle()
  expect([...machine.users.keys()]).toEqual(['1', '2', '3'])
})

it('Somebody whose row would be too long fails, and keeps nobody else from the terminal', async () => {
  const errors: unknown[] = []
  const wanted = [
    { pin: '6', person: 'x'.repeat(9000), name: 'Bo' },
    { pin: '7', person: 'ada', name: 'Ada' },
  ]
  const { settle, people } = await world(wanted, { onError: (error) => errors.push(error) })
  await settle()
  const { rows } = await people.status({ serialNumber: SN })
  expect(rows.map(({ pin, state }) => `${pin} ${state}`)).toEqual(['6 failed', '7 present'])
  expect(rows[0]?.meaning).toContain('expected at most 100 and 5000')
  expect(errors).not.toEqual([])
})

it('Wrong options and people are refused with what was expected', async () => {
  const adapter = memoryAdapter()
  const desired = () => [{ pin: 7 as never }]
  expect(() => roster({ adapter, desired, delets: 'apply' } as never)).toThrow('no option "delets"')
  expect(() => roster({ adapter, desired, deletes: 'yes' as never })).toThrow('"report" or "apply"')
  const { findRoster: _, ...less } = adapter
  expect(() => roster({ adapter: less as never, desired })).toThrow('adapter.findRoster')
  const { people } = await world([], { desired })
  await expect(people.reconcile(SN)).rejects.toThrow('expected { pin, name, … }')
})
