// Cases: attendance is listed and counted for people, if the adapter can.
import { deepEqual, ok, rejects } from 'node:assert/strict'
import type { KeptAttendanceFilter } from '../../kept.js'
import type { UploadStorage } from '../../upload/storage.js'
import { pagesOf, refusesMembers } from '../page.js'
import type { Case, ContractSubject } from '../subject.js'
import { attendance, hand, received, uploadOf } from './sample.js'

const storageOf = ({ adapter }: ContractSubject) => adapter as Partial<UploadStorage>

const missing = (call: 'listAttendance' | 'countAttendance') => (subject: ContractSubject) => {
  return storageOf(subject)[call] ? undefined : `the adapter has no ${call}`
}

const punches = (subject: ContractSubject) => async (filter: KeptAttendanceFilter) => {
  const { listAttendance } = storageOf(subject)
  ok(listAttendance)
  return listAttendance.call(subject.adapter, filter)
}

export const ATTENDANCE_LIST_CASES: readonly Case[] = [
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
        '#7\t2026-10-05 09:00:00\t0\t1\t0\t0\t0',
      ]
      await hand(subject, { ...uploadOf('A', 'ATTLOG', lines.join('\n')), receivedAt: received(1) })
      await hand(subject, { ...uploadOf('B', 'ATTLOG', lines[0] ?? ''), receivedAt: received(2) })
      const cases: [KeptAttendanceFilter, string[]][] = [
        [
          {},
          [
            'B 06:58:10',
            'A 09:00:00',
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
        [{ pin: '#7' }, ['A 09:00:00']],
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
      const [newest] = (await punches(subject)({ serialNumber: 'A' })).rows
      deepEqual(newest?.pin, '#7')
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
]
