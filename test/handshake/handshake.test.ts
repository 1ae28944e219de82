import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accessBlock,
  type Caller,
  configurationBlock,
  optionBlock,
  sharedVersion,
  timeAnswer,
  timeCode,
  timeZoneValue,
} from '../../src/handshake/handshake.js'
import { type HandshakeOptions, handshakeSettings } from '../../src/handshake/options.js'
import { character } from '../support/character.js'

const CALLER: Caller = { serialNumber: 'CKJF209912345', pushVersion: '2.4.1', utcOffset: 480 }
const REGISTRATION = { registryCode: 'c'.repeat(32), sessionId: 'd'.repeat(32) }

const block = (caller: Partial<Caller> = {}, options: HandshakeOptions = {}) =>
  optionBlock({ ...CALLER, ...caller }, handshakeSettings(options))

describe('The option block of a time clock', () => {
  it('The block has one line per option, each ended by LF', () => {
    expect(block()).toBe(
      [
        'GET OPTION FROM: CKJF209912345',
        'ATTLOGStamp=0',
        'OPERLOGStamp=0',
        'ATTPHOTOStamp=0',
        'BIODATAStamp=0',
        'ERRORLOGStamp=0',
        'IDCARDStamp=0',
        'ErrorDelay=30',
        'Delay=10',
        'TransTimes=00:00;14:05',
        'TransInterval=1',
        'TransFlag=TransData AttLog\tOpLog\tEnrollUser\tChgUser',
        'TimeZone=8',
        'Realtime=1',
        'Encrypt=0',
        'ServerVer=2.4.1',
        'PushProtVer=2.4.1',
        'PushOptionsFlag=1',
        '',
      ].join('\n'),
    )
  })

  it('The block has the options that the app sets', () => {
    const told = block(
      { utcOffset: 330 },
      {
        delay: 60,
        errorDelay: 300,
        transTimes: [],
        transInterval: 0,
        realtime: false,
        transFlag: ['AttLog', 'OpLog', 'AttPhoto', 'FACE'],
        keys: { MultiBioDataSupport: '0:1:0:0:0:0:0:0:1:1', SupportPing: 1 },
      },
    ).split('\n')
    expect(told).toEqual(
      expect.arrayContaining([
        'Delay=60',
        'ErrorDelay=300',
        'TransTimes=',
        'TransInterval=0',
        'Realtime=0',
        'TransFlag=TransData AttLog\tOpLog\tAttPhoto\tFACE',
        'TimeZone=330',
        'MultiBioDataSupport=0:1:0:0:0:0:0:0:1:1',
        'SupportPing=1',
      ]),
    )
  })

  it('The block gives each table its stamp back', () => {
    const told = block({ stamps: { ATTLOG: '9999', OPERLOG: '289504127' } })
    expect(told).toContain('\nATTLOGStamp=9999\nOPERLOGStamp=289504127\nATTPHOTOStamp=0\n')
  })

  it('The block begins with the stamps of 2008, and has bits for words, if the terminal sends no pushver', () => {
    const told = block({
      pushVersion: undefined,
      stamps: { ATTLOG: '289503453', ATTPHOTO: '285528079' },
    }).split('\n')
    expect(told.slice(1, 5)).toEqual([
      'Stamp=289503453',
      'OpStamp=0',
      'PhotoStamp=285528079',
      'ATTLOGStamp=289503453',
    ])
    expect(told).toContain('TransFlag=1100101000')
    expect(told).toContain('ServerVer=2.4.1')
    expect(told).toContain('PushProtVer=2.2.14')
  })
})

describe('Whatever a terminal claims', () => {
  const hostile = fc.oneof(
    fc.string({ unit: character }),
    fc.constantFrom(
      '1\nEncrypt=1',
      '1\r\nEncrypt=1',
      '9999\0',
      ' 9999',
      '٣',
      '-1',
      '1e9',
      '__proto__',
      '2.4.1\nC:1:REBOOT',
      '9'.repeat(21),
    ),
  )
  const caller = fc.record({
    serialNumber: hostile,
    pushVersion: fc.option(hostile, { nil: undefined }),
    stamps: fc.dictionary(
      fc.oneof(fc.constantFrom('ATTLOG', 'OPERLOG', 'IDCARD'), hostile),
      hostile,
    ),
    utcOffset: fc.integer({ min: -720, max: 840 }),
  })
  const settings = handshakeSettings()
  const keysOf = (told: string) => told.split('\n').map((line) => line.split('=', 1)[0])
  const lineOf = (told: string, key: string) =>
    told
      .split('\n')
      .find((line) => line.startsWith(`${key}=`))
      ?.slice(key.length + 1)

  it('The lines are the same, stamps are digits, and versions are digits and dots', () => {
    fc.assert(
      fc.property(caller, (claims) => {
        const told = optionBlock(claims, settings)
        expect(told).toMatch(/^GET OPTION FROM: [\w-]{0,64}\n([\w]+=[ -~\t]*\n)+$/)
        for (const key of ['ATTLOGStamp', 'OPERLOGStamp', 'ATTPHOTOStamp', 'IDCARDStamp']) {
          expect(lineOf(told, key)).toMatch(/^\d{1,20}$/)
        }
        expect(lineOf(told, 'PushProtVer')).toMatch(/^[\d.]+$/)
        const isOld = told.includes('\nStamp=')
        const calm = block({ pushVersion: isOld ? undefined : '2.4.1' })
        expect(keysOf(told).slice(1)).toEqual(keysOf(calm).slice(1))
      }),
      { numRuns: 300 },
    )
  })

  it('An access terminal gets the same lines as well', () => {
    const calm = keysOf(accessBlock(CALLER, settings, REGISTRATION))
    fc.assert(
      fc.property(caller, (claims) => {
        const told = accessBlock(claims, settings, REGISTRATION)
        expect(keysOf(told)).toEqual(calm)
        expect(lineOf(told, 'PushProtVer')).toMatch(/^[\d.]+$/)
      }),
      { numRuns: 200 },
    )
  })
})

describe('An access terminal', () => {
  const settings = handshakeSettings({ delay: 5, transTables: ['Transaction'] })

  it('A registered access terminal gets its registry code', () => {
    expect(accessBlock({ pushVersion: '3.1.2' }, settings, REGISTRATION)).toBe(
      [
        'registry=ok',
        `RegistryCode=${REGISTRATION.registryCode}`,
        'ServerVersion=3.1.0',
        'ServerName=ADMS',
        'PushProtVer=3.1.0',
        'PushVersion=3.1.0',
        'ErrorDelay=30',
        'RequestDelay=5',
        'TransTimes=00:00;14:05',
        'TransInterval=1',
        'TransTables=Transaction',
        'Realtime=1',
        `SessionID=${REGISTRATION.sessionId}`,
        'TimeoutSec=10',
        'PushOptionsFlag=1',
        '',
      ].join('\n'),
    )
  })

  it('An access terminal gets the same configuration from push, without the registration', () => {
    const registered = accessBlock({ pushVersion: '3.0.1' }, settings, REGISTRATION).split('\n')
    const configured = configurationBlock({ pushVersion: '3.0.1' }, settings, REGISTRATION)
    expect(configured.split('\n')).toEqual(registered.slice(2))
  })
})

describe('The version', () => {
  it.each([
    ['2.4.1', 'attendance', '2.4.1'],
    ['2.4.0', 'attendance', '2.4.0'],
    ['2.2.14', 'attendance', '2.2.14'],
    ['2.10.0', 'attendance', '2.4.1'],
    ['2.4', 'attendance', '2.4'],
    ['2', 'attendance', '2'],
    ['2.4.1.7', 'attendance', '2.4.1'],
    ['2.0.33S-20220613', 'attendance', '2.0.33'],
    ['2.4.1-beta', 'attendance', '2.4.1'],
    ['2.4.1.7.9', 'attendance', '2.2.14'],
    ['20226.1', 'attendance', '2.2.14'],
    ['3.1.2', 'attendance', '2.4.1'],
    ['02.04.00', 'attendance', '2.4.0'],
    [undefined, 'attendance', '2.2.14'],
    ['', 'attendance', '2.2.14'],
    ['latest', 'attendance', '2.2.14'],
    ['3.1.2', 'access', '3.1.0'],
    ['3.0.1', 'access', '3.0.1'],
    ['2.4.1', 'access', '2.4.1'],
    [undefined, 'access', '3.0.1'],
  ] as const)('A terminal that says %s (%s) gets %s', (asked, family, shared) => {
    expect(sharedVersion(asked, family)).toBe(shared)
  })
})

describe('The time', () => {
  it.each([
    [480, 8],
    [0, 0],
    [-720, -12],
    [720, 12],
    [780, 780],
    [840, 840],
    [330, 330],
    [345, 345],
    [-210, -210],
    [-570, -570],
  ])('A zone of %i minutes is TimeZone=%i', (utcOffset, value) => {
    expect(timeZoneValue(utcOffset)).toBe(value)
  })

  it.each([
    ['2000-01-01T02:46:39Z', 9999],
    ['2000-01-01T00:00:00Z', 0],
    ['2000-12-31T23:59:59Z', 372 * 86_400 - 1],
  ])('The time %s is the code %i', (at, code) => {
    expect(timeCode(new Date(at))).toBe(code)
  })

  it.each([
    [480, '+0800'],
    [-210, '-0330'],
    [0, '+0000'],
    [840, '+1400'],
  ])('The time is sent with the zone: %i minutes are %s', (utcOffset, zone) => {
    const at = new Date('2000-01-01T02:46:39Z')
    expect(timeAnswer(at, utcOffset)).toBe(`DateTime=9999,ServerTZ=${zone}`)
  })
})
