import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ownOf } from '../../src/check.js'
import { Target } from '../../src/endpoint/query.js'
import { listedPunchOf, type Punch, punchOf } from '../../src/events.js'
import { memoryAdapter } from '../../src/index.js'
import { DENIED, DOOR_EVENTS, GRANTED } from '../../src/punch/door-event.js'
import { CLOCK_VERIFICATIONS, VERIFICATIONS } from '../../src/punch/verification.js'
import { parseUpload } from '../../src/upload/parse.js'
import { readQuery } from '../../src/upload/query.js'
import type { UploadRecord } from '../../src/upload/upload.js'
import { tablesOf } from '../support/page.js'
import { bodyOf, uploadVectors } from '../support/upload-vectors.js'

const FROM = { serialNumber: '0316144680030' }

const punches = (table: string, body: string, tableName?: string) => {
  const about = { table, timeZone: 'Asia/Manila', ...(tableName !== undefined && { tableName }) }
  return parseUpload(Buffer.from(body), about).records.map((record) => punchOf(record, FROM))
}
const clock = (line: string) => punches('ATTLOG', line)[0] as Punch
const door = (fields: string) => {
  const line = `time=2026-09-28 11:40:45 pin=7 cardno=0 eventaddr=2 ${fields} index=1`
  return punches('rtlog', line.replaceAll(/ (?=\w+=)/g, '\t'))[0] as Punch
}

it('A line of a time clock is a punch of a person who was let through', () => {
  const { record, ...punch } = clock('007\t2026-10-05 06:58:10\t4\t15\t12\t0\t0\t1\t36.7')
  expect(punch).toEqual({
    serialNumber: FROM.serialNumber,
    pin: '007',
    time: '2026-10-05 06:58:10',
    instant: new Date('2026-10-04T22:58:10Z'),
    direction: 'in',
    status: '4',
    verification: { code: '15', ways: [['face']] },
    granted: true,
    workCode: '12',
    temperature: 36.7,
    mask: true,
  })
  expect(record).toMatchObject({ kind: 'attendance', pin: '007' })
})

it('A door event is a punch with its door and what happened', () => {
  const fields = 'event=0 inoutstatus=1 verifytype=10 maskflag=0 temperature=255'
  const { record, ...punch } = door(fields)
  expect(punch).toEqual({
    serialNumber: FROM.serialNumber,
    pin: '7',
    time: '2026-09-28 11:40:45',
    instant: new Date('2026-09-28T03:40:45Z'),
    direction: 'out',
    status: '1',
    verification: { code: '10', ways: [['card', 'finger']] },
    door: '2',
    granted: true,
    event: { code: '0', words: 'verified' },
    mask: false,
  })
  expect(record).toMatchObject({ kind: 'fields', type: 'rtlog' })
})

it('A row of the table transaction is the same punch under other names', () => {
  const row =
    'transaction Cardno=123\tPin=0\tVerified=4\tDoorID=3\tEventType=27\tInOutState=0\tTime_second=691415890\tIndex=5'
  const [punch] = punches('tabledata', row, 'transaction')
  expect(punch).toMatchObject({
    card: '123',
    time: '2021-07-05 11:58:10',
    instant: new Date('2021-07-05T03:58:10Z'),
    direction: 'in',
    verification: { ways: [['card']] },
    door: '3',
    granted: false,
    event: { code: '27', words: 'card not registered' },
  })
  expect(punch).not.toHaveProperty('pin')
})

it('A row of a list is the same punch as its record', async () => {
  const adapter = memoryAdapter()
  const keep = (table: string, line: string, tableName?: string) => {
    const body = Buffer.from(line)
    const about = { table, ...(tableName !== undefined && { tableName }) }
    const parsed = parseUpload(body, { ...about, timeZone: 'Asia/Manila' })
    adapter.onUpload({ ...FROM, ...about, query: {}, receivedAt: new Date(), body, ...parsed })
    return parsed.records
  }
  const records = [
    ...keep('ATTLOG', '007\t2026-10-05 06:58:10\t4\t15\t12\t0\t0'),
    ...keep('rtlog', 'time=2026-09-28 11:40:45\tpin=7\teventaddr=2\tevent=0\tverifytype=1'),
    ...keep('tabledata', 'transaction pin=7\tEventType=27\tTime_second=691415890', 'transaction'),
    ...keep('OPERLOG', 'USER PIN=7\tName=Ada'),
  ]
  const attendance = await adapter.listAttendance({})
  const uploads = await adapter.listUploads({})
  const rows = [...attendance.rows, ...uploads.rows.toReversed()]
  const listed = records.map((record) => {
    const { record: _, ...punch } = punchOf(record, FROM) ?? {}
    return punch
  })
  expect(listed[3]).toEqual({})
  expect(rows.map((row) => listedPunchOf(row) ?? {})).toEqual(listed)
})

it('A row that a list cuts has no half of a value', () => {
  const line = 'time=2026-09-28 11:40:45\tpin=7\teventaddr=2\tevent=27\tcardno=12345'
  const raw = Buffer.from(line).subarray(0, -3)
  const about = { ...FROM, kind: 'fields', type: 'rtlog', receivedAt: new Date() } as const
  const punch = listedPunchOf({ ...about, size: line.length, raw })
  expect(punch).toMatchObject({ pin: '7', event: { code: '27' } })
  expect(punch).not.toHaveProperty('card')
})

it.each([
  [['0', '3', '4'], 'in'],
  [['1', '2', '5'], 'out'],
  [['255', '', '6', 'in'], 'unknown'],
] as const)('The status %j of a time clock is %s', (statuses, direction) => {
  for (const status of statuses) {
    expect(clock(`1\t2026-10-05 06:58:10\t${status}\t1`)).toMatchObject({ direction, status })
  }
})

it('A number that no manual has stays a number', () => {
  const unknown = { verification: { code: '77', ways: [] } }
  expect(clock('1\t2026-10-05 06:58:10\t0\t77')).toMatchObject(unknown)
  const punch = door('event=999 inoutstatus=2 verifytype=77')
  expect(punch).toMatchObject({ ...unknown, direction: 'unknown', event: { code: '999' } })
  expect(punch.event).not.toHaveProperty('words')
  expect(punch).not.toHaveProperty('granted')
})

it.each([
  ['0000101000000011', [['face', 'password', 'card']]],
  ['0001101000000010', [['face'], ['password'], ['card'], ['QR code']]],
  ['0000000000000001', []],
])('A verification in bits, %s, is its words', (code, ways) => {
  expect(door(`event=0 verifytype=${code}`).verification).toEqual({ code, ways })
})

it('The verification of a linked action is another code, and no way of verification', () => {
  const { verification } = door('event=6 inoutstatus=0 verifytype=1')
  expect(verification).toEqual({ code: '1', ways: [] })
})

it('An event of a reader names the reader', () => {
  const punch = door('event=0 addrtype=3 verifytype=1')
  expect(punch).toMatchObject({ reader: '2' })
  expect(punch).not.toHaveProperty('door')
})

it('A time code is a local time, and what is no time stays as it came', () => {
  expect(clock('1\t691415890\t0\t1').time).toBe('2021-07-05 11:58:10')
  const broken = '1971--10--29 -23:-27:-54'
  expect(clock(`1\t${broken}\t0\t1`).time).toBe(broken)
})

it('The state of a door, a user and a photo are no punches', () => {
  expect(punches('rtlog', 'time=2026-09-09 12:09:11\tsensor=02\trelay=00')).toEqual([undefined])
  expect(punches('OPERLOG', 'USER PIN=1\tevent=0')).toEqual([undefined])
})

it('Each recorded line of attendance and each recorded door event is a punch, and nothing else is', () => {
  let count = 0
  for (const vector of uploadVectors) {
    const { records } = parseUpload(bodyOf(vector), readQuery(new Target(vector.path)))
    for (const record of records) {
      const punch = punchOf(record, FROM)
      const isDoorEvent = record.kind === 'fields' && 'event' in record.fields
      expect(punch !== undefined).toBe(record.kind === 'attendance' || isDoorEvent)
      if (punch === undefined) continue
      checkPunch(punch, record)
      count++
    }
  }
  expect(count).toBeGreaterThan(80)
})

it('Whatever a terminal sends, its numbers are kept, and words only added', () => {
  const column = fc.oneof(
    fc.nat({ max: 300 }).map(String),
    fc.string({ maxLength: 20 }),
    fc.constantFrom('valueOf', 'constructor', '__proto__', 'hasOwnProperty'),
  )
  fc.assert(
    fc.property(fc.array(column, { maxLength: 12 }), (columns) => {
      const names = ['time', 'pin', 'cardno', 'eventaddr', 'event', 'inoutstatus', 'verifytype']
      const pairs = columns.map((value, index) => `${names[index] ?? `x${index}`}=${value}`)
      const attendance = parseUpload(Buffer.from(columns.join('\t')), { table: 'ATTLOG' })
      const events = parseUpload(Buffer.from(pairs.join('\t')), { table: 'rtlog' })
      for (const record of [...attendance.records, ...events.records]) {
        const punch = punchOf(record, FROM)
        if (punch !== undefined) checkPunch(punch, record)
      }
    }),
    { numRuns: 300 },
  )
})

function checkPunch(punch: Punch, record: UploadRecord): void {
  const { pin, card, status, verification, event, granted } = punch
  expect(punch.record).toBe(record)
  expect(punch.serialNumber).toBe(FROM.serialNumber)
  const sent = record.raw.toString()
  for (const kept of [pin, card, status, verification.code, event?.code ?? '']) {
    expect(sent).toContain(kept ?? '')
  }
  expect(verification.ways.flat()).not.toContain(undefined)
  expect(['in', 'out', 'unknown']).toContain(punch.direction)
  if (event !== undefined) expect(event.words).toBe(ownOf(DOOR_EVENTS, event.code))
  if (granted !== undefined && event !== undefined) {
    expect(granted ? GRANTED : DENIED).toContain(event.code)
  }
}

it('An event grants or denies, or is about nobody', () => {
  for (const code of [...GRANTED, ...DENIED]) {
    expect(DOOR_EVENTS[code]).toBeDefined()
    expect(GRANTED.has(code) && DENIED.has(code)).toBe(false)
  }
})

it('The docs have each event and each way of verification', () => {
  const tables = tablesOf('docs/events.md')
  const rowsOf = (header: string) => {
    return tables.find((table) => table.header[0] === header)?.rows ?? []
  }
  const result = (code: string) => {
    return GRANTED.has(code) ? 'granted' : DENIED.has(code) ? 'denied' : ''
  }
  expect(rowsOf('event')).toEqual(
    Object.entries(DOOR_EVENTS).map(([code, words]) => [code, words, result(code)]),
  )
  expect(rowsOf('`verification.code`')).toEqual(
    Object.entries(VERIFICATIONS).map(([code, words]) => {
      return [code, words, CLOCK_VERIFICATIONS[code] ?? words]
    }),
  )
})
