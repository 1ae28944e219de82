import { describe, expect, it } from 'vitest'
import { isTimeZone, offsetAt, ownOffsetAt, timeZoneOf } from '../../src/endpoint/time-zone.js'

describe('The offset of a zone', () => {
  it.each([
    ['Asia/Manila', '2026-01-15T00:00:00Z', 480],
    ['Asia/Manila', '2026-07-15T00:00:00Z', 480],
    ['Asia/Kathmandu', '2026-01-15T00:00:00Z', 345],
    // The last second of one side of a change, and the first of the other.
    ['Europe/Berlin', '2026-03-29T00:59:59Z', 60],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 120],
    ['Europe/Berlin', '2026-10-25T00:59:59Z', 120],
    ['Europe/Berlin', '2026-10-25T01:00:00Z', 60],
    ['America/New_York', '2026-03-08T06:59:59Z', -300],
    ['America/New_York', '2026-03-08T07:00:00Z', -240],
    ['America/New_York', '2026-11-01T05:59:59Z', -240],
    ['America/New_York', '2026-11-01T06:00:00Z', -300],
    ['America/St_Johns', '2026-01-15T00:00:00Z', -210],
    ['Australia/Lord_Howe', '2026-04-04T14:59:59Z', 660],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 630],
    ['Pacific/Kiritimati', '2026-01-15T00:00:00Z', 840],
    ['+05:30', '2026-01-15T00:00:00Z', 330],
    ['-03:30', '2026-01-15T00:00:00Z', -210],
    ['+00:00', '2026-01-15T00:00:00Z', 0],
    ['UTC', '2026-01-15T00:00:00Z', 0],
  ])('The offset of %s at %s is %i minutes', (zone, at, offset) => {
    expect(offsetAt(zone, new Date(at))).toBe(offset)
  })
})

describe('The option timeZone', () => {
  it('The option is one zone for all, or a function of the serial number', () => {
    expect(timeZoneOf('Asia/Manila')('A')).toBe('Asia/Manila')
    const zones = timeZoneOf((serialNumber) => (serialNumber === 'A' ? 'Asia/Dubai' : undefined))
    expect(zones('A')).toBe('Asia/Dubai')
    expect(zones('B')).toBeUndefined()
    expect(timeZoneOf(undefined)('A')).toBeUndefined()
  })

  it.each(['Manila', 'GMT+8 ', '', '+8', '+25:00', '+0530', 'x+09:00', 8, {}])(
    'The zone %j is refused',
    (zone) => {
      expect(() => timeZoneOf(zone as never)).toThrow(
        /option "timeZone" is .*; expected a zone such as 'Asia\/Manila'/,
      )
      expect(() => timeZoneOf(() => zone as never)('A')).toThrow(
        /for terminal "A", option "timeZone" is .*; expected a zone/,
      )
    },
  )

  it('The zone of the process is the default', () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    for (const at of [new Date('2026-01-15T12:00:00Z'), new Date('2026-07-15T12:00:00Z')]) {
      expect(ownOffsetAt(at)).toBe(offsetAt(zone, at))
    }
  })
})

it('A time zone is recognized, whatever was asked for before', () => {
  offsetAt('UTC', new Date(0))
  expect(['Asia/Manila', 'UTC', '+08:00', '-03:30'].every(isTimeZone)).toBe(true)
  expect(['Asia/Atlantis', '', 'toString', '+8', 8, undefined].some(isTimeZone)).toBe(false)
})
