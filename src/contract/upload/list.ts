// Cases: uploads are listed for people, if the adapter can.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import type { KeptAttendanceFilter, KeptUpload, KeptUploadFilter } from '../../kept.js'
import type { UploadStorage } from '../../upload/storage.js'
import { pagesOf, refusesMembers } from '../page.js'
import { bytesOf } from '../proof.js'
import { textOf } from '../sample.js'
import type { Case, ContractSubject } from '../subject.js'
import { attendance, hand, upload, uploadOf } from './sample.js'

const storageOf = ({ adapter }: ContractSubject) => adapter as Partial<UploadStorage>

const missing =
  (call: 'listAttendance' | 'countAttendance' | 'listUploads') => (subject: ContractSubject) => {
    return storageOf(subject)[call] ? undefined : `the adapter has no ${call}`
  }

const punches = (subject: ContractSubject) => async (filter: KeptAttendanceFilter) => {
  const { listAttendance } = storageOf(subject)
  ok(listAttendance)
  return listAttendance.call(subject.adapter, filter)
}

const uploads = (subject: ContractSubject) => async (filter: KeptUploadFilter) => {
  const { listUploads } = storageOf(subject)
  ok(listUploads)
  return listUploads.call(subject.adapter, filter)
}

// Receipts of one upload have one moment: its lines are in their order.
const received = (second: number) => new Date(Date.UTC(2026, 9, 5, 12, 0, second))

const PHOTO = 'PIN=20261005065810-7.jpg\nSN=A\nsize=3\nCMD=uploadphoto\0abc'

export const UPLOAD_LIST_CASES: readonly Case[] = [
  {
    name: 'The pages of attendance hold every record once, the newest first',
    otherwise: 'Hours are paid that nobody worked, or are left out, where a list is cut.',
    missing: missing('listAttendance'),
    async check(subject) {
      const pins = Array.from({ length: 1110 }, (_, index) => `${index}`)
      for (const [index, start] of [0, 100, 1000].entries()) {
        const came = attendance('A', pins.slice(start, [100, 1000, 1110][index]))
        await hand(subject, { ...came, receivedAt: received(index) })
      }
      const newestFirst = [...pins].reverse()
      const first = await punches(subject)({})
      deepEqual(
        first.rows.map(({ pin }) => pin),
        newestFirst.slice(0, 100),
      )
      for (const limit of [1000, 97]) {
        const pages = await pagesOf(punches(subject), { limit })
        deepEqual(
          pages.flat().map(({ pin }) => pin),
          newestFirst,
          `pages of ${limit}`,
        )
      }
      const { next } = await punches(subject)({ limit: 50 })
      ok(next)
      await hand(subject, { ...attendance('A', ['new']), receivedAt: received(9) })
      const second = await punches(subject)({ limit: 50, after: next })
      deepEqual(
        second.rows.map(({ pin }) => pin),
        newestFirst.slice(50, 100),
      )
    },
  },
  {
    name: 'Attendance is listed by terminal, person, day and time, with what was sent',
    otherwise: "One person's hours hold those of another.",
    missing: missing('listAttendance'),
    async check(subject) {
      const lines = [
        '7\t2026-10-05 06:58:10\t0\t15\t3\t0\t0',
        '07\t2026-10-05 23:59:59\t1\t1\t0\t0\t0',
        '7\t2026-10-06 00:00:00\t255\t1\t0\t0\t0',
        'a\t2026-10-05 07:00:00\t0\t1\t0\t0\t0',
        'A\t2026-10-05 07:30:00\t0\t1\t0\t0\t0',
        'é\t2026-10-05 08:00:00\t0\t1\t0\t0\t0',
        'e\u0301\t2026-10-05 08:30:00\t0\t1\t0\t0\t0',
      ]
      await hand(subject, { ...uploadOf('A', 'ATTLOG', lines.join('\n')), receivedAt: received(1) })
      await hand(subject, { ...uploadOf('B', 'ATTLOG', lines[0] ?? ''), receivedAt: received(2) })
      const cases: [KeptAttendanceFilter, string[]][] = [
        [
          {},
          [
            'B 06:58:10',
            'A 08:30:00',
            'A 08:00:00',
            'A 07:30:00',
            'A 07:00:00',
            'A 00:00:00',
            'A 23:59:59',
            'A 06:58:10',
          ],
        ],
        [{ pin: '7' }, ['B 06:58:10', 'A 00:00:00', 'A 06:58:10']],
        [{ pin: '7', serialNumber: 'A', day: '2026-10-05' }, ['A 06:58:10']],
        [{ pin: '07' }, ['A 23:59:59']],
        [{ pin: 'A' }, ['A 07:30:00']],
        [{ pin: 'é' }, ['A 08:00:00']],
        [{ pin: 'e\u0301' }, ['A 08:30:00']],
        [{ pin: 'e' }, []],
        [{ pin: 'A ' }, []],
        [{ day: '2026-10-06' }, ['A 00:00:00']],
        [{ day: '2026-10-07' }, []],
        [{ serialNumber: 'b' }, []],
        [{ since: received(2) }, ['B 06:58:10']],
        [{ before: received(2), pin: '7' }, ['A 00:00:00', 'A 06:58:10']],
      ]
      const listed = async (filter: KeptAttendanceFilter) => {
        const { rows } = await punches(subject)(filter)
        return rows.map(({ serialNumber, time }) => `${serialNumber} ${time.slice(-8)}`)
      }
      for (const [filter, expected] of cases) {
        deepEqual(await listed(filter), expected, JSON.stringify(filter))
      }
      // The limit is that of what is asked for, not of that among which it is.
      const others = Array.from({ length: 1010 }, (_, index) => `x${index}\t2026-10-07 10:00:00`)
      const later = uploadOf('C', 'ATTLOG', `${others.join('\t0\t1\n')}\t0\t1`)
      await hand(subject, { ...later, receivedAt: received(9) })
      for (const [filter, [first]] of cases.slice(1)) {
        if (filter.since !== undefined || filter.day === '2026-10-07') continue
        const expected = first === undefined ? [] : [first]
        deepEqual(await listed({ ...filter, limit: 1 }), expected, JSON.stringify(filter))
      }
      const [row] = (await punches(subject)({ serialNumber: 'B' })).rows
      ok(row)
      const { pin, time, status, verify, workCode, instant, receivedAt } = row
      deepEqual([pin, time, status, verify, workCode], ['7', '2026-10-05 06:58:10', '0', '15', '3'])
      deepEqual([instant, receivedAt], [new Date('2026-10-04T22:58:10Z'), received(2)])
    },
  },
  {
    name: 'The pages of other uploads hold every line once, by kind, type and person',
    otherwise: 'People look for a photo, and read two thousand whole uploads instead.',
    missing: missing('listUploads'),
    async check(subject) {
      const users = ['PIN=7\tName=Ada', 'PIN=70\tName=Bob', 'Name=nobody'].map(
        (row) => `USER ${row}`,
      )
      const oplog = 'OPLOG 9\t1\t2026-10-05 07:00:00\t7\t0\t0\t0'
      const came = [
        uploadOf('A', 'OPERLOG', [...users, oplog].join('\n')),
        uploadOf('A', 'ATTPHOTO', PHOTO),
        upload('A', { records: [], unparsed: [Buffer.from('what\0\xff')] }),
        uploadOf('B', 'OPERLOG', users[0] ?? ''),
        attendance('A', ['7']),
      ]
      for (const [index, each] of came.entries()) {
        await hand(subject, { ...each, receivedAt: received(index) })
      }
      const all = ['user 7', 'unparsed', 'attphoto 7', 'oplog 7', 'user', 'user 70', 'user 7']
      const cases: [KeptUploadFilter, string[]][] = [
        [{}, all],
        [{ kind: 'file' }, ['attphoto 7']],
        [{ kind: 'unparsed' }, ['unparsed']],
        [{ kind: 'operation', serialNumber: 'B' }, []],
        [{ type: 'user' }, ['user 7', 'user', 'user 70', 'user 7']],
        [{ type: 'USER' }, []],
        [{ type: 'user', pin: '7', serialNumber: 'A' }, ['user 7']],
        [{ pin: '7' }, ['user 7', 'attphoto 7', 'oplog 7', 'user 7']],
        [{ pin: '007' }, []],
        [{ since: received(2) }, ['user 7', 'unparsed']],
        [{ before: received(1) }, ['oplog 7', 'user', 'user 70', 'user 7']],
      ]
      for (const [filter, expected] of cases) {
        const { rows } = await uploads(subject)(filter)
        deepEqual(rows.map(nameOf), expected, JSON.stringify(filter))
      }
      const pages = await pagesOf(uploads(subject), { limit: 2 })
      deepEqual(pages.flat().map(nameOf), all)
      // The limit is that of what is asked for, not of that among which it is.
      const many = Array.from({ length: 1010 }, (_, index) => Buffer.from(`${index}`))
      const junk = upload('C', { records: [], unparsed: many })
      await hand(subject, { ...junk, receivedAt: received(20) })
      for (const [filter, [first]] of cases) {
        if (!Object.keys(filter).some((name) => /kind|type|pin|before/.test(name))) continue
        if (filter.kind === 'unparsed') continue
        const { rows } = await uploads(subject)({ ...filter, limit: 1 })
        deepEqual(rows.map(nameOf), first === undefined ? [] : [first], JSON.stringify(filter))
      }
      const lines = await pagesOf(uploads(subject), { serialNumber: 'C', limit: 1000 })
      deepEqual(
        lines.flat().map(({ raw }) => bytesOf(raw)),
        many.map(bytesOf).reverse(),
      )
    },
  },
  {
    name: 'A list of uploads shows the beginning of each, and how large it is',
    otherwise: 'A look at a hundred photos reads three hundred megabytes.',
    missing: missing('listUploads'),
    async check(subject) {
      const large = Buffer.concat([Buffer.from(PHOTO), Buffer.alloc(4_000_000, 7)])
      const long = Buffer.from(`\xff${textOf(500_000)}`, 'latin1')
      const photo = uploadOf('A', 'ATTPHOTO', large)
      const [record] = photo.records
      await hand(subject, { ...photo, receivedAt: received(0) })
      const junk = upload('A', { records: [], unparsed: [long] })
      await hand(subject, { ...junk, receivedAt: received(1) })
      const { rows } = await uploads(subject)({})
      const shown = rows.map(({ kind, type, size, raw }) => [kind, type, size, bytesOf(raw)])
      deepEqual(shown, [
        ['unparsed', '', long.length, bytesOf(long.subarray(0, 400))],
        ['file', 'attphoto', record?.raw.length, bytesOf(record?.raw.subarray(0, 400) ?? long)],
      ])
      equal(rows[1]?.raw.length, 400)
      deepEqual(rows[1]?.receivedAt, received(0))
      deepEqual(rows[1]?.instant, new Date('2026-10-04T22:58:10Z'))
    },
  },
  {
    name: 'A list of attendance refuses members that it does not know',
    otherwise: 'A filter with a typing error reads three million records.',
    missing: missing('listAttendance'),
    async check(subject) {
      await refusesMembers('listAttendance', punches(subject))
    },
  },
  {
    name: 'Attendance is counted by day, in the order of the days',
    otherwise:
      'The chart of the days shows one that nobody worked, or a day at the place of another.',
    missing: missing('countAttendance'),
    async check(subject) {
      const { countAttendance } = storageOf(subject)
      ok(countAttendance)
      const count = async (days: readonly string[]) => countAttendance.call(subject.adapter, days)
      const lines = ['04 23:59:59', '05 00:00:00', '05 06:58:10', '05 06:58:10', '050 06:58:10']
      for (const serialNumber of ['A', 'B']) {
        const body = lines.map((time, pin) => `${pin}\t2026-10-${time}\t0\t1`).join('\n')
        await hand(subject, uploadOf(serialNumber, 'ATTLOG', body))
      }
      deepEqual([...(await count(['2026-10-05', '2026-10-03', '2026-10-04']))], [6, 0, 2])
      deepEqual([...(await count([]))], [])
      await rejects(count(['2026-10-5']), TypeError)
      await rejects(count(Array.from({ length: 32 }, () => '2026-10-05')), TypeError)
    },
  },
  {
    name: 'A list of uploads refuses members that it does not know',
    otherwise: 'A filter with a typing error reads everything that was ever uploaded.',
    missing: missing('listUploads'),
    async check(subject) {
      await refusesMembers('listUploads', uploads(subject))
    },
  },
]

const nameOf = ({ kind, type, pin }: KeptUpload) => {
  return [type || kind, pin].filter((part) => part !== undefined).join(' ')
}
