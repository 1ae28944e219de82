import { expect, it } from 'vitest'
import { type EventOptions, events, shardOf, type TerminalEvent } from '../../src/events.js'
import { type MemoryAdapter, memoryAdapter } from '../../src/index.js'
import { parseReplies } from '../../src/reply/parse.js'
import { parseUpload } from '../../src/upload/parse.js'
import type { Upload } from '../../src/upload/upload.js'
import { checkedDecision, DECISION, decisionRecord } from '../../src/verification/decision.js'
import { questionIn, type VerificationQuestion } from '../../src/verification/question.js'

const LATELY = new Date(Date.now() - 60_000)
const upload = (serialNumber: string, table: string, body: string, receivedAt = LATELY) => {
  const bytes = Buffer.from(body)
  const query = Object.create(null)
  const about = { serialNumber, table, query, receivedAt, body: bytes }
  return { ...about, ...parseUpload(bytes, { table, timeZone: 'Asia/Manila' }) } as Upload
}
const line = (pin: string, minute = 0) =>
  `${pin}\t2026-10-05 06:${String(minute).padStart(2, '0')}:10\t0\t1`

async function all(adapter: MemoryAdapter, options: EventOptions = {}): Promise<TerminalEvent[]> {
  const found: TerminalEvent[] = []
  for await (const event of events(adapter, { live: false, ...options })) found.push(event)
  return found
}
const pinsOf = (found: readonly TerminalEvent[]) =>
  found.map((event) => (event.type === 'punch' ? event.punch.pin : event.type))

it('Punches, other uploads, replies and closed commands are events', async () => {
  const adapter = memoryAdapter({ events: true })
  adapter.onUpload(upload('A', 'ATTLOG', `${line('7')}\njunk`))
  adapter.onUpload(upload('A', 'OPERLOG', 'USER PIN=7\tName=Ada'))
  const door = 'time=2026-09-28 11:40:45\tpin=7\teventaddr=1\tevent=0\tverifytype=1'
  adapter.onUpload(upload('A', 'rtlog', `${door}\ntime=2026-09-28 11:40:46\tsensor=01`))
  const terms = { attempts: 1, replyWithin: 1 }
  const command = { serialNumber: 'A', commandId: 'a', text: 'CHECK' }
  adapter.issue([{ command, terms, issuedAt: new Date() }])
  adapter.cancel('A', { ids: ['a'] }, new Date(5), 'cancelled')
  const [reply] = parseReplies(Buffer.from('ID=b&Return=0&CMD=CHECK'), {
    serialNumber: 'A',
  }).replies
  adapter.onReply(reply as never, undefined)
  const found = await all(adapter)
  expect(found.map(({ id: _, cursor: __, receivedAt: ___, ...event }) => event)).toMatchObject([
    {
      type: 'punch',
      punch: { pin: '7', direction: 'in', instant: new Date('2026-10-04T22:00:10Z') },
    },
    {
      type: 'upload',
      upload: { kind: 'unparsed', type: 'attlog', raw: Buffer.from('junk'), size: 4 },
    },
    { type: 'upload', upload: { kind: 'fields', type: 'user', pin: '7', size: 19 } },
    { type: 'punch', punch: { door: '1', granted: true, verification: { ways: [['finger']] } } },
    { type: 'upload', upload: { kind: 'fields', type: 'rtlog' } },
    { type: 'closed', commandId: 'a', reason: 'cancelled' },
    { type: 'reply', reply: { commandId: 'b', returnCode: 0, outcome: 'succeeded' } },
  ])
  expect(await all(adapter, { types: ['reply'] })).toEqual(found.slice(-1))
})

it('A decision is an event, with the door that it opened', async () => {
  const adapter = memoryAdapter({ events: true })
  const body = Buffer.from('time=2026-09-28 11:40:45\tpin=7\taddrtype=2\teventaddr=3\tevent=0')
  const question = questionIn(body, 'A', 'utf-8', undefined) as VerificationQuestion
  const decisions = [
    checkedDecision({ allow: true, door: 4 }, question),
    checkedDecision({ allow: false, tip: 'Pay first' }, question),
  ]
  for (const decision of decisions) {
    const records = [decisionRecord(decision)]
    adapter.onUpload({ ...upload('A', DECISION, ''), records })
  }
  expect(await all(adapter, { types: ['decision'] })).toMatchObject([
    {
      type: 'decision',
      verdict: 'allowed',
      opened: 4,
      punch: { pin: '7', door: '3', granted: true },
    },
    { type: 'decision', verdict: 'denied', punch: { pin: '7', granted: false } },
  ])
})

it('A line that names a door to open makes no denial an opening', async () => {
  const adapter = memoryAdapter({ events: true })
  const body = Buffer.from('opens=4\tverdict=allowed\ttime=2026-09-28 11:40:45\tpin=7\tevent=0')
  const question = questionIn(body, 'A', 'utf-8', undefined) as VerificationQuestion
  const records = [decisionRecord({ question, verdict: 'denied' })]
  adapter.onUpload({ ...upload('A', DECISION, ''), records })
  const [event] = await all(adapter)
  expect(event).toMatchObject({ type: 'decision', verdict: 'denied', punch: { granted: false } })
  expect(event).not.toHaveProperty('opened')
})

it('What only looks like a decision is shown as it came', async () => {
  const adapter = memoryAdapter({ events: true })
  adapter.onUpload(upload('A', 'decision', 'verdict=open\tpin=7'))
  expect(await all(adapter)).toMatchObject([{ type: 'upload', upload: { type: 'decision' } }])
})

it.each([
  ['OPERLOG', 'FP PIN=7\tFID=3\tSize=4\tValid=1\tTMP=SECRET', 'finger', '3'],
  ['fingertmp', 'fingertmp Pin=7\tFID=0\tTMP=SECRET', 'finger', '0'],
  ['OPERLOG', 'FP PIN=7\tFID=22\tTMP=SECRET', 'finger', '6'],
  ['templatev10', 'templatev10 size=1\tuid=1\tpin=7\tfingerid=6\ttemplate=SECRET', 'finger', '6'],
  ['BIODATA', 'BIODATA Pin=7\tNo=0\tIndex=0\tType=9\tTmp=SECRET', 'face', '0'],
  ['OPERLOG', 'FACE PIN=7\tFID=3\tTMP=SECRET', 'infraredFace', ''],
])('A template of %s is an event without its bytes: %s', async (table, body, biometric, no) => {
  const adapter = memoryAdapter({ events: true })
  adapter.onUpload(upload('A', table, body))
  const found = await all(adapter)
  expect(found).toMatchObject([{ type: 'template', pin: '7', biometric, no }])
  expect(JSON.stringify(found)).not.toContain('SECRET')
})

it('A card that was enrolled is an upload, and no template', async () => {
  const adapter = memoryAdapter({ events: true })
  adapter.onUpload(upload('A', 'EnrollInfoData', 'TYPE=0\tPIN=7\tTMP=13375'))
  expect(await all(adapter)).toMatchObject([{ type: 'upload', upload: { pin: '7' } }])
})

it('A template of an unknown type is an upload', async () => {
  const adapter = memoryAdapter({ events: true })
  adapter.onUpload(upload('A', 'BIODATA', 'BIODATA Pin=7\tNo=0\tType=99\tTmp=x'))
  expect(await all(adapter)).toMatchObject([{ type: 'upload', upload: { type: 'biodata' } }])
})

it('A reader goes on behind any event, also one within an entry', async () => {
  const adapter = memoryAdapter({ events: true })
  const pins = Array.from({ length: 250 }, (_, index) => `${index}`)
  adapter.onUpload(upload('A', 'ATTLOG', pins.map((pin) => line(pin)).join('\n')))
  const found = await all(adapter)
  expect(pinsOf(found)).toEqual(pins)
  for (const at of [0, 1, 20, 98, 99, 100, 248, 249]) {
    const after = (found[at] as TerminalEvent).cursor
    expect(after.length).toBeLessThan(1000)
    expect(pinsOf(await all(adapter, { after }))).toEqual(pins.slice(at + 1))
  }
})

it('A busy terminal keeps no other one waiting, and the order of each is kept', async () => {
  const adapter = memoryAdapter({ events: true })
  for (let index = 0; index < 600; index++) {
    adapter.onUpload(upload('A', 'ATTLOG', line(`a${index}`)))
    if (index % 100 === 0) adapter.onUpload(upload('B', 'ATTLOG', line(`b${index}`)))
  }
  const found = await all(adapter)
  const of = (serialNumber: string) => found.filter((event) => event.serialNumber === serialNumber)
  expect(pinsOf(of('A'))).toEqual(Array.from({ length: 600 }, (_, index) => `a${index}`))
  expect(pinsOf(of('B'))).toEqual(['b0', 'b100', 'b200', 'b300', 'b400', 'b500'])
  expect(found.findIndex((event) => event.serialNumber === 'B')).toBeLessThan(20)
})

it('A live reader reads what comes later, and ends with its signal', async () => {
  const adapter = memoryAdapter({ events: true })
  const stop = new AbortController()
  const seen: unknown[] = []
  const reading = (async () => {
    for await (const event of events(adapter, { signal: stop.signal })) {
      seen.push(...pinsOf([event]))
      if (seen.length < 3) adapter.onUpload(upload('A', 'ATTLOG', line(`${seen.length}`)))
      else stop.abort()
    }
  })()
  adapter.onUpload(upload('A', 'ATTLOG', line('0')))
  await reading
  expect(seen).toEqual(['0', '1', '2'])
})

it.each([
  ['', 'CURSOR_INVALID'],
  ['x', 'CURSOR_INVALID'],
  [`abc.${Array(31).fill('0').join('.')}`, 'CURSOR_INVALID'],
  [`abc.${Array(32).fill('-1').join('.')}`, 'CURSOR_INVALID'],
  [`a/c.${Array(32).fill('0').join('.')}`, 'CURSOR_INVALID'],
  [`abc.${Array(32).fill('0').join('.')}`, 'CURSOR_FOREIGN'],
])('The cursor %j is refused', async (after, code) => {
  await expect(all(memoryAdapter({ events: true }), { after })).rejects.toMatchObject({ code })
})

it('A cursor ahead of the log is refused, and one whose next event was forgotten', async () => {
  const adapter = memoryAdapter({ events: true })
  adapter.onUpload(upload('A', 'ATTLOG', line('1')))
  adapter.onUpload(upload('A', 'ATTLOG', `${line('2')}\n${line('3')}`))
  const [one, two, three] = (await all(adapter)).map(({ cursor }) => cursor)
  const ahead = three?.replace(/\.2(?=\.|$)/, '.3')
  await expect(all(adapter, { after: `${ahead}` })).rejects.toMatchObject({
    code: 'CURSOR_FOREIGN',
  })
  await adapter.forget(new Date(Date.now() + 1000))
  for (const after of [one, two]) {
    const reading = all(adapter, { after: `${after}` })
    await expect(reading).rejects.toMatchObject({ code: 'EVENTS_FORGOTTEN' })
  }
  expect(await all(adapter, { after: `${three}` })).toEqual([])
})

it('A log that is forgotten while somebody reads it is no silence', async () => {
  const adapter = memoryAdapter({ events: true })
  for (let index = 0; index < 20; index++) adapter.onUpload(upload('A', 'ATTLOG', line(`${index}`)))
  const reading = (async () => {
    for await (const _ of events(adapter, { live: false })) {
      await adapter.forget(new Date(Date.now() + 1000))
    }
  })()
  await expect(reading).rejects.toMatchObject({ code: 'EVENTS_FORGOTTEN' })
})

it('Nothing of a forgotten person stays in an event: no decision, no packet of a query', async () => {
  const adapter = memoryAdapter({ events: true })
  const raw = Buffer.from('verdict=allowed\tpin=7\tname=Ada')
  const fields = { verdict: 'allowed', pin: '7', name: 'Ada' }
  const decision = { kind: 'fields', type: 'decision', fields, raw } as const
  adapter.onUpload({ ...upload('A', 'rtlog', ''), records: [decision] })
  const packet = { kind: 'packet', type: 'packet', table: 'user', index: 1, count: 1 } as const
  adapter.onUpload({ ...upload('A', 'tabledata', ''), records: [{ ...packet, raw }] })
  await adapter.forgetPerson({ pin: '7', serialNumbers: ['A'] })
  expect(await all(adapter)).toMatchObject([
    { type: 'upload', upload: { kind: 'packet', size: raw.length, raw: Buffer.alloc(0) } },
  ])
})

it('An unparsed line of a table with a long name is a short event', async () => {
  const adapter = memoryAdapter({ events: true })
  adapter.onUpload({ ...upload('A', 'x'.repeat(9000), ''), unparsed: [Buffer.from('junk')] })
  expect(await all(adapter)).toMatchObject([{ upload: { type: 'x'.repeat(300) } }])
})

it('A line of thousands of bytes is an event of a few', async () => {
  const adapter = memoryAdapter({ events: true })
  const columns = Array(60).fill('x'.repeat(900)).join('\t')
  adapter.onUpload(upload('A', 'ATTLOG', `${line('7')}\t${columns}`))
  adapter.onUpload(upload('A', 'rtlog', `time=2026-09-28 11:40:45\tpin=7\tevent=0\tx=${columns}`))
  const found = await all(adapter)
  expect(JSON.stringify(found).length).toBeLessThan(40_000)
  expect(found).toMatchObject([
    { type: 'punch', punch: { pin: '7' } },
    { type: 'upload', upload: { type: 'rtlog', pin: '7', size: expect.any(Number) } },
  ])
})

it.each([
  [memoryAdapter(), {}, /make it with \{ events: true \}/],
  [memoryAdapter({ events: true }), { after: 7 }, /"after" is 7/],
  [memoryAdapter({ events: true }), { types: ['punches'] }, /"types" is "punches"/],
  [memoryAdapter({ events: true }), { live: 1 }, /"live" is 1/],
  [memoryAdapter({ events: true }), { signal: {} }, /"signal"/],
  [memoryAdapter({ events: true }), { since: 1 }, /no option "since"/],
])('What is wrong is refused at once (%#)', (adapter, options, message) => {
  expect(() => events(adapter, options as never)).toThrow(message)
})

it.each([
  ['eventLog', { id: 'a b', parts: [] }],
  ['readEvents', [{ shard: 0, place: '1', serialNumber: 'A', text: '' }]],
])('An answer of %s that is no log is an error', async (call, answer) => {
  const adapter = { ...memoryAdapter({ events: true }), [call]: () => answer }
  await expect(all(adapter as MemoryAdapter)).rejects.toMatchObject({ code: 'STORAGE_MISMATCH' })
})

it('Ten thousand terminals are spread evenly, and a cursor stays short', () => {
  const counts = Array<number>(32).fill(0)
  for (let index = 0; index < 10_000; index++) {
    const shard = shardOf(`CKJF${String(210_000_000_000 + index)}`)
    counts[shard] = (counts[shard] ?? 0) + 1
  }
  expect(Math.min(...counts)).toBeGreaterThan(200)
  expect(Math.max(...counts)).toBeLessThan(450)
})
