import { expect, it } from 'vitest'
import type { UploadRecord } from '../../src/index.js'
import { isForgotten } from '../../src/upload/forgotten.js'

const BEFORE = new Date('2026-10-05T07:00:00Z')
const raw = Buffer.from('x')
const early = new Date(BEFORE.getTime() - 1)

it.each<[string, object, boolean]>([
  ['An instant before', { kind: 'attendance', instant: early, time: '2027-01-01 00:00:00' }, true],
  [
    'That very instant',
    { kind: 'attendance', instant: BEFORE, time: '2020-01-01 00:00:00' },
    false,
  ],
  ['A local time before, as UTC', { kind: 'attendance', time: '2026-10-05 06:59:59' }, true],
  ['That very local time', { kind: 'attendance', time: '2026-10-05 07:00:00' }, false],
  ['A local time with a T', { kind: 'operation', time: '2026-10-05T06:59:59' }, true],
  ['A time that is none', { kind: 'operation', time: '2026-13-05 06:59:59' }, false],
  ['No time', { kind: 'file' }, false],
  ['Fields without an instant', { kind: 'fields', fields: { time: '2020-01-01 00:00:00' } }, false],
  ['Fields with an instant', { kind: 'fields', fields: {}, instant: early }, true],
  ['A packet', { kind: 'packet', instant: early }, false],
])('%s: %j is forgotten: %s', (_what, record, forgotten) => {
  const one = { type: 'x', raw, ...record } as UploadRecord
  expect(isForgotten(one, BEFORE)).toBe(forgotten)
  expect(isForgotten(one, undefined)).toBe(false)
})
