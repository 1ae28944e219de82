import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockIn } from '../../src/upload/clock.js'
import { parseUpload } from '../../src/upload/parse.js'
import type { AttendanceRecord } from '../../src/upload/upload.js'

const at = (time: string, timeZone: string) => clockIn(timeZone)(time)?.toISOString()

describe('A wall clock', () => {
  it.each([
    ['2026-10-05 06:58:10', 'Asia/Manila', '2026-10-04T22:58:10.000Z'],
    ['2026-10-05T06:58:10', 'Asia/Manila', '2026-10-04T22:58:10.000Z'],
    ['2026-10-05 06:58:10', 'Asia/Kolkata', '2026-10-05T01:28:10.000Z'],
    ['2026-10-05 06:58:10', '+08:00', '2026-10-04T22:58:10.000Z'],
    ['2026-10-05 06:58:10', 'UTC', '2026-10-05T06:58:10.000Z'],
    ['2024-02-29 23:59:59', 'America/New_York', '2024-03-01T04:59:59.000Z'],
    ['289503453', 'UTC', '2009-01-03T17:37:33.000Z'],
    ['9999', 'UTC', '2000-01-01T02:46:39.000Z'],
  ])('A clock that shows %s in %s means %s', (time, zone, moment) =>
    expect(at(time, zone)).toBe(moment),
  )

  it.each([
    ['before daylight saving begins', '2026-03-29 01:59:59', '2026-03-29T00:59:59.000Z'],
    ['after it has begun', '2026-03-29 03:00:00', '2026-03-29T01:00:00.000Z'],
    ['in the hour that is skipped', '2026-03-29 02:30:00', '2026-03-29T01:30:00.000Z'],
    ['before it ends', '2026-10-25 01:59:59', '2026-10-24T23:59:59.000Z'],
    ['in the hour that comes twice', '2026-10-25 02:30:00', '2026-10-25T00:30:00.000Z'],
    ['after it has ended', '2026-10-25 03:00:00', '2026-10-25T02:00:00.000Z'],
  ])('A clock is read correctly %s', (_, time, moment) =>
    expect(at(time, 'Europe/Berlin')).toBe(moment),
  )

  it.each([
    ['Pacific/Auckland', '2026-09-27 01:59:59', '2026-09-26T13:59:59.000Z'],
    ['Pacific/Auckland', '2026-09-27 03:00:00', '2026-09-26T14:00:00.000Z'],
    ['Pacific/Auckland', '2026-04-05 01:30:00', '2026-04-04T12:30:00.000Z'],
    ['America/Godthab', '2020-03-28 21:59:59', '2020-03-29T00:59:59.000Z'],
    ['America/Godthab', '2020-03-28 23:30:00', '2020-03-29T01:30:00.000Z'],
  ])('A clock far from Greenwich is read correctly, in %s at %s', (zone, time, moment) => {
    expect(at(time, zone)).toBe(moment)
  })

  it.each(['2026/01/01 00:00:00', '2026-01-01 00:00', '2026/01/01T00:00'])(
    'A clock that shows %j is read',
    (time) => expect(at(time, 'UTC')).toBe('2026-01-01T00:00:00.000Z'),
  )

  it.each([
    '',
    'yesterday',
    '1971--10--29 -23:-27:-54',
    '2026-02-30 00:00:00',
    '2026-13-01 00:00:00',
    '2026-00-01 00:00:00',
    '2026-01-01 24:00:00',
    '2026-01-01 00:60:00',
    '2026-01-01 00:00:60',
    '2026-01-01 24:00',
    '2026-01-01 00:00:',
    '0000-00-00 00:00:00',
    '2026-01-01_00:00:00',
    '2026/01-01 00:00:00',
    '2026.01.01 00:00:00',
    '4294967295',
  ])('A clock that shows %j means no moment', (time) => expect(at(time, 'UTC')).toBeUndefined())

  it('A clock shows the same again at the moment that it means', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu']
    const moments = fc.date({
      min: new Date('2005-01-01T00:00:00Z'),
      max: new Date('2037-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    const shown = (moment: Date, timeZone: string) => {
      return new Intl.DateTimeFormat('sv-SE', {
        timeZone,
        dateStyle: 'short',
        timeStyle: 'medium',
      }).format(moment)
    }
    const clocks = new Map(zones.map((zone) => [zone, clockIn(zone)]))
    fc.assert(
      fc.property(moments, fc.constantFrom(...zones), (moment, zone) => {
        const time = shown(moment, zone)
        const meant = clocks.get(zone)?.(time) as Date
        expect(shown(meant, zone)).toBe(time)
        expect(meant.getTime()).toBeLessThanOrEqual(moment.getTime())
      }),
      { numRuns: 300 },
    )
  })
})

describe('A record', () => {
  const instantOf = (table: string, body: string, timeZone?: string) => {
    const zone = timeZone === undefined ? {} : { timeZone }
    const [record] = parseUpload(Buffer.from(body), { table, ...zone }).records
    return (record as AttendanceRecord).instant?.toISOString()
  }
  const PHOTO = 'PIN=20261005065810-7.jpg\nCMD=uploadphoto\0x'

  it.each([
    ['ATTLOG', '7\t2026-10-05 06:58:10\t0\t1'],
    ['OPERLOG', 'OPLOG 4\t0\t2026-10-05 06:58:10\t0'],
    ['rtlog', 'time=2026-10-05 06:58:10\tpin=7'],
    ['ATTPHOTO', PHOTO],
  ])('A record of %s has its moment if the zone is known', (table, body) => {
    expect(instantOf(table, body, 'Asia/Manila')).toBe('2026-10-04T22:58:10.000Z')
    expect(instantOf(table, body)).toBeUndefined()
  })

  it('A record whose time is invalid has no moment', () => {
    const { records } = parseUpload(Buffer.from('7\t2026-02-30 06:58:10\t0\t1'), {
      table: 'ATTLOG',
      timeZone: 'UTC',
    })
    expect(records[0]).not.toHaveProperty('instant')
  })
})
