import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { memoryAdapter, parseUpload } from '../../src/index.js'
import { activity } from '../../src/monitor/activity.js'
import { lineOf, sendPunches } from '../../src/monitor/csv.js'
import { monitorSettings } from '../../src/monitor/settings.js'
import type { AttendanceView } from '../../src/monitor/view/attendance.js'
import { queryOf, viewReader } from '../../src/monitor/view.js'
import { OTHER_SN, SN, watched, ZONE } from '../support/watched.js'

const HOUR = 3_600_000

function opened() {
  const adapter = memoryAdapter()
  const active = activity()
  active.close()
  const load = viewReader(monitorSettings({ adapter }), active)
  const upload = (table: string, text: string, receivedAt = new Date('2026-10-05T10:00:00Z')) => {
    const serialNumber = table === 'ATTLOG' ? SN : OTHER_SN
    const body = Buffer.from(text)
    const parsed = parseUpload(body, { table, timeZone: ZONE })
    adapter.onUpload({ serialNumber, table, query: {}, receivedAt, body, ...parsed })
  }
  const read = async (query: string) => {
    const checked = queryOf(new URLSearchParams(`view=attendance&${query}`))
    return (await load(checked ?? new URLSearchParams())) as AttendanceView
  }
  return { adapter, upload, read }
}

const door = (pin: string, time: string, event: number, direction: number) =>
  `time=2026-10-05 ${time}\tpin=${pin}\tcardno=0\teventaddr=2\tevent=${event}\tinoutstatus=${direction}\tverifytype=4\tindex=${time}`

describe('The attendance of a day', () => {
  it('Time clocks and doors are in one list, without what nobody did at a door', async () => {
    const { upload, read } = opened()
    upload('ATTLOG', '7\t2026-10-05 06:58:10\t0\t1', new Date('2026-10-05T09:00:00Z'))
    upload('rtlog', door('8', '07:30:00', 0, 0))
    upload('rtlog', door('0', '07:31:00', 200, 2))
    upload('rtlog', door('9', '07:32:00', 23, 0))
    upload('ATTLOG', '7\t2026-10-04 23:59:59\t0\t1')
    upload('rtlog', door('8', '23:59:58', 0, 1).replace('10-05', '10-04'))
    const { list } = await read('day=2026-10-05')
    expect(list?.rows).toMatchObject([
      { pin: '9', granted: false, event: 'no access to this door', door: '2' },
      { pin: '8', direction: 'in', ways: [['card']], door: '2' },
      { pin: '7', direction: 'in', ways: [['finger']], time: '2026-10-05 06:58:10' },
    ])
    expect((await read('day=2026-10-05&person=8')).list?.rows).toHaveLength(1)
  })

  it('By person it has the first and last, and who is in now', async () => {
    const { upload, read } = opened()
    upload('ATTLOG', '7\t2026-10-05 06:58:10\t0\t1\n8\t2026-10-05 07:00:00\t0\t1')
    upload('ATTLOG', '7\t2026-10-05 12:00:00\t2\t1\n7\t2026-10-05 12:30:00\t3\t1')
    upload('rtlog', `${door('8', '17:00:00', 0, 1)}\n${door('9', '07:32:00', 23, 0)}`)
    const { people, list } = await read('day=2026-10-05&tab=people')
    expect(list).toBeUndefined()
    expect(people).toEqual({
      isIn: 1,
      rows: [
        {
          pin: '7',
          count: 3,
          first: expect.objectContaining({ time: '2026-10-05 06:58:10' }),
          last: expect.objectContaining({ time: '2026-10-05 12:30:00' }),
        },
        {
          pin: '8',
          count: 2,
          first: expect.objectContaining({ time: '2026-10-05 07:00:00' }),
          last: expect.objectContaining({ time: '2026-10-05 17:00:00', direction: 'out' }),
        },
      ],
    })
  })

  it('A large day says how much of it was read and is shown', async () => {
    const { upload, read } = opened()
    const lines = Array.from({ length: 1200 }, (_, pin) => `${pin}\t2026-10-05 06:58:10\t0\t1`)
    upload('ATTLOG', lines.join('\n'))
    const view = await read('day=2026-10-05&tab=people')
    expect(view.people).toMatchObject({ readAtMost: 1000, shownAtMost: 150, isIn: 1000 })
    expect(view.people?.rows).toHaveLength(150)
    expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(100_000)
  })

  it('The day is today by the terminals’ clocks, or the latest that has records', async () => {
    const { upload, read } = opened()
    expect((await read('')).day).toBe(new Date().toISOString().slice(0, 10))
    upload('ATTLOG', '7\t2026-10-05 06:58:10\t0\t1')
    expect((await read('')).day).toBe('2026-10-05')
    const wall = new Date(Date.now() + 8 * HOUR).toISOString().replace('T', ' ')
    upload('ATTLOG', `7\t${wall.slice(0, 10)} 00:00:00\t0\t1`)
    // Late, from a terminal that was offline.
    upload('ATTLOG', '7\t2026-10-04 06:58:10\t0\t1', new Date())
    expect((await read('')).day).toBe(wall.slice(0, 10))
  })
})

describe('The table for spreadsheets', () => {
  it('It has each record that is selected, more than a page, with names', async () => {
    const app = await watched({ personOf: (all) => all.map(({ pin }) => `=Person "${pin}"`) })
    await app.terminal.handshake()
    const records = Array.from({ length: 1100 }, (_, pin) => {
      return { pin: String(pin + 1), time: '2026-10-05 06:58:10' }
    })
    await app.terminal.attend(records)
    const answer = await fetch(`${app.url}attendance.csv?day=2026-10-05`)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toContain('attendance-2026-10-05.csv')
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    const lines = bytes.toString().slice(1).split('\r\n')
    expect(lines).toHaveLength(1102)
    expect(lines).toContain(
      `"2026-10-05 06:58:10","7","'=Person ""7""","in","finger","","","Main entrance (${SN})"`,
    )
    const one = await fetch(`${app.url}attendance.csv?day=2026-10-05&person=7`)
    expect((await one.text()).split('\r\n')).toHaveLength(3)
    expect((await fetch(`${app.url}attendance.csv?day=x`)).status).toBe(400)
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('The cell %j is no formula', (cell) => {
    expect(lineOf([cell])).toBe(`"'${cell}"\r\n`)
  })
})

it('A table of punches that is read slowly leaves no listeners on the response', async () => {
  const { adapter, upload } = opened()
  for (let part = 0; part < 3; part++) {
    const lines = Array.from(
      { length: 1000 },
      (_, pin) => `${part}${pin}\t2026-10-05 06:58:10\t0\t1`,
    )
    upload('ATTLOG', lines.join('\n'))
  }
  const slow = new Writable({ highWaterMark: 1, write: (_, __, done) => setImmediate(done) })
  const res = Object.assign(slow, { writeHead: () => {} })
  const query = queryOf(new URLSearchParams('view=attendance&day=2026-10-05'))
  await sendPunches(monitorSettings({ adapter }), query as URLSearchParams, res as never)
  const left = ['close', 'drain', 'error'].map((event) => res.listenerCount(event))
  expect(left).toEqual([0, 0, 0])
})
