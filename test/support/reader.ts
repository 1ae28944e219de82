// Checks the reads that the page needs from storage.
import { expect } from 'vitest'
import { parseUpload } from '../../src/index.js'
import type { MonitorStorage } from '../../src/monitor.js'
import type { UploadStorage } from '../../src/upload/storage.js'

type Reading = Required<MonitorStorage> &
  Pick<UploadStorage, 'onUpload'> & {
    onUnparsed?(lines: readonly Buffer[], serialNumber: string): unknown
  }

/** Checks the filters by which the page reads attendance, uploads and unparsed lines. */
export async function expectReading(adapter: Reading): Promise<void> {
  const upload = async (serialNumber: string, table: string, body: string, receivedAt: Date) => {
    const bytes = Buffer.from(body)
    const parsed = parseUpload(bytes, { table })
    const query = Object.create(null) as Record<string, string>
    await adapter.onUpload({ serialNumber, table, query, receivedAt, body: bytes, ...parsed })
  }
  const at = (second: number) => new Date(Date.UTC(2026, 9, 6, 0, 0, second))
  await upload('A', 'ATTLOG', '7\t2026-10-05 06:58:10\t0\t1\n8\t2026-10-05 23:59:59\t0\t1\n', at(1))
  await upload('B', 'ATTLOG', '9\t2026-10-05 00:00:00\t0\t1\nwhat\n', at(2))
  await upload('A', 'ATTLOG', '7\t2026-10-06 06:58:10\t0\t1\n7\t2026-10-050\t0\t1\n', at(3))
  await upload('A', 'OPERLOG', 'USER PIN=7\tName=Ada\n', at(4))
  await adapter.onUnparsed?.([Buffer.from('x')], 'A')
  await adapter.onUnparsed?.([Buffer.from('y')], 'B')

  const times = async (filter: Parameters<Reading['attendance']>[0]) =>
    (await adapter.attendance(filter)).map(({ serialNumber, pin }) => `${serialNumber}${pin}`)
  expect(await times({ day: '2026-10-05' })).toEqual(['B9', 'A8', 'A7'])
  expect(await times({ day: '2026-10-05', serialNumber: 'A', limit: 1 })).toEqual(['A8'])
  expect(await times({ day: '2026-10-06' })).toEqual(['A7'])
  expect(await times({ day: '2026-10-07' })).toEqual([])
  expect(await times({ since: at(2), before: at(3) })).toEqual(['B9'])

  const kinds = async (filter: Parameters<Reading['uploads']>[0]) =>
    (await adapter.uploads(filter)).map(({ serialNumber, kind }) => `${serialNumber} ${kind}`)
  expect(await kinds({ limit: 1 })).toEqual(['A fields'])
  expect(await kinds({ serialNumber: 'B' })).toEqual(['B unparsed'])

  const lines = async (filter: Parameters<Reading['unparsed']>[0]) =>
    (await adapter.unparsed(filter)).map(({ serialNumber, line }) => `${serialNumber}${line}`)
  expect(await lines({ serialNumber: 'B' })).toEqual(['By'])
  expect((await lines({})).sort()).toEqual(['Ax', 'By'])
  expect(await lines({ limit: 1 })).toHaveLength(1)
  expect(await lines({ before: new Date(0) })).toEqual([])
  expect((await adapter.unparsed({}))[0]?.receivedAt).toBeInstanceOf(Date)
}
