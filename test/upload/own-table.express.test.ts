import express from 'express'
import { expect, it, vi } from 'vitest'
import {
  type AttendanceRecord,
  memoryAdapter,
  terminalRouter,
  type Upload,
} from '../../src/index.js'
import { send } from '../support/request.js'

const LINES = ['7\t2026-10-05 06:58:10\t0\t1', '8\t2026-10-05 06:58:11\t0\t1']

it("An app's own table gets attendance, again until it is stored, and each punch is greeted once", async () => {
  const adapter = memoryAdapter()
  const table = new Map<string, Date | undefined>()
  const greeted: string[] = []
  let isAway = true
  const keep = async (serialNumber: string, { pin, time, status, instant }: AttendanceRecord) => {
    if (isAway) throw new Error('the database is away')
    table.set([serialNumber, pin, time, status].join(), instant)
  }
  const app = express()
    .set('env', 'test')
    .use(
      terminalRouter({
        timeZone: 'Asia/Manila',
        adapter: {
          ...adapter,
          async onUpload(upload) {
            for (const record of upload.records) {
              if (record.kind === 'attendance') await keep(upload.serialNumber, record)
            }
            return adapter.onUpload(upload)
          },
        },
        afterUpload({ records }: Upload) {
          for (const record of records) if (record.kind === 'attendance') greeted.push(record.pin)
        },
      }),
    )
  const path = '/iclock/cdata?SN=1&table=ATTLOG&Stamp=9999'
  const body = `${LINES.join('\n')}\n`

  expect((await send(app, { path, body })).status).toBe(500)
  expect(table.size).toBe(0)
  isAway = false
  expect((await send(app, { path, body })).body).toBe('OK: 2')
  expect((await send(app, { path, body: `${body}9\t2026-10-05 06:58:12\t0\t1\n` })).body).toBe(
    'OK: 3',
  )

  expect([...table]).toEqual([
    ['1,7,2026-10-05 06:58:10,0', new Date('2026-10-04T22:58:10Z')],
    ['1,8,2026-10-05 06:58:11,0', new Date('2026-10-04T22:58:11Z')],
    ['1,9,2026-10-05 06:58:12,0', new Date('2026-10-04T22:58:12Z')],
  ])
  await vi.waitFor(() => expect(greeted).toEqual(['7', '8', '9']), { timeout: 30_000 })
})
