// The lines of the answers to a starting terminal, from settings and facts only. Pure.
import type { Family } from '../reply/outcome.js'
import { isStamp, STAMPED_TABLES } from '../terminal/storage.js'
import { type HandshakeSettings, TRANS_WORDS } from './options.js'
import type { Registration } from './registration.js'

/** The facts about the terminal that the answer to a handshake needs. */
export interface Caller {
  serialNumber: string
  /** `pushver` of the query. */
  pushVersion?: string | undefined
  /** The stored stamps. */
  stamps?: Readonly<Record<string, string>> | undefined
  /** The offset of its zone from UTC now, in minutes east. */
  utcOffset: number
}

// Time clocks get `Encrypt=0`; access terminals encrypt from 3.1.1 on (access manual, "Exchange
// public keys").
const HIGHEST = { attendance: '2.4.1', access: '3.1.0' } as const
// The version that a terminal without pushver assumes, and the one that the access manual prints.
const UNTOLD = { attendance: '2.2.14', access: '3.0.1' } as const

const VERSION = /^\d{1,4}(?:\.\d{1,4}){0,3}(?!\.?\d)/
const SERIAL_NUMBER = /^[\w-]{1,64}$/
// The number of words that a terminal without pushver has bits for.
const OLD_BITS = 10

/**
 * The option block for a time clock (attendance manual, "Initialize information"): each line ends
 * with LF, since old firmware drops a line without an end. Of the terminal's own input, it contains
 * only digits and a plain serial number.
 */
export function optionBlock(caller: Caller, settings: HandshakeSettings): string {
  const isOld = versionOf(caller.pushVersion) === undefined
  const stamp = (table: string) => stampOf(caller.stamps, table)
  const { serialNumber } = caller
  return lines(`GET OPTION FROM: ${SERIAL_NUMBER.test(serialNumber) ? serialNumber : ''}`, {
    // First, because firmware that looks for `Stamp=` would find `ATTLOGStamp=` as well.
    ...(isOld && {
      Stamp: stamp('ATTLOG'),
      OpStamp: stamp('OPERLOG'),
      PhotoStamp: stamp('ATTPHOTO'),
    }),
    ...Object.fromEntries(STAMPED_TABLES.map((table) => [`${table}Stamp`, stamp(table)])),
    ErrorDelay: settings.errorDelay,
    Delay: settings.delay,
    TransTimes: settings.transTimes.join(';'),
    TransInterval: settings.transInterval,
    TransFlag: transFlagOf(settings.transFlag, isOld),
    TimeZone: timeZoneValue(caller.utcOffset),
    Realtime: Number(settings.realtime),
    Encrypt: 0,
    // Without it old firmware posts to the paths of 2008.
    ServerVer: HIGHEST.attendance,
    PushProtVer: settings.pushProtVer ?? sharedVersion(caller.pushVersion, 'attendance'),
    PushOptionsFlag: 1,
    ...settings.keys,
  })
}

/** The answer to the handshake of an access terminal (access manual, "Initialize information"). */
export function accessBlock(
  caller: Pick<Caller, 'pushVersion'>,
  settings: HandshakeSettings,
  registration: Registration,
): string {
  return lines('registry=ok', {
    RegistryCode: registration.registryCode,
    ...accessKeys(caller, settings, registration),
  })
}

/**
 * The answer to `push`: the configuration of a registered access terminal (access manual, "Download
 * configuration").
 */
export function configurationBlock(
  caller: Pick<Caller, 'pushVersion'>,
  settings: HandshakeSettings,
  registration: Registration,
): string {
  return lines(undefined, accessKeys(caller, settings, registration))
}

function accessKeys(
  { pushVersion }: Pick<Caller, 'pushVersion'>,
  settings: HandshakeSettings,
  { sessionId }: Registration,
): Record<string, string | number> {
  const version = settings.pushProtVer ?? sharedVersion(pushVersion, 'access')
  return {
    ServerVersion: version,
    ServerName: 'ADMS',
    PushProtVer: version,
    PushVersion: version,
    ErrorDelay: settings.errorDelay,
    RequestDelay: settings.delay,
    TransTimes: settings.transTimes.join(';'),
    TransInterval: settings.transInterval,
    TransTables: settings.transTables.join(' '),
    Realtime: Number(settings.realtime),
    SessionID: sessionId,
    TimeoutSec: 10,
    PushOptionsFlag: 1,
    ...settings.keys,
  }
}

/**
 * The answer to `rtdata?type=time` (access manual, "Synchronize the time"): the moment in UTC, and
 * the zone.
 */
export function timeAnswer(at: Date, utcOffset: number): string {
  return `DateTime=${timeCode(at)},ServerTZ=${offsetText(utcOffset, '')}`
}

/** The answer to `cdata?type=time` (PUSH SDK 3.2.0): `Time=2026-11-29T17:40:20-05:00`. */
export function clockAnswer(at: Date, utcOffset: number): string {
  const local = new Date(at.getTime() + utcOffset * 60_000).toISOString()
  return `Time=${local.slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}${offsetText(utcOffset, ':')}`
}

function offsetText(utcOffset: number, colon: string): string {
  const minutes = Math.abs(utcOffset)
  const hours = pad(Math.trunc(minutes / 60))
  return `${utcOffset < 0 ? '-' : '+'}${hours}${colon}${pad(minutes % 60)}`
}

/**
 * A moment in UTC as terminals count it: seconds in a calendar whose months all have 31 days, from
 * 2000 on.
 */
export function timeCode(at: Date): number {
  const months = (at.getUTCFullYear() - 2000) * 12 + at.getUTCMonth()
  const hours = (months * 31 + at.getUTCDate() - 1) * 24 + at.getUTCHours()
  return (hours * 60 + at.getUTCMinutes()) * 60 + at.getUTCSeconds()
}

/**
 * `TimeZone`: whole hours from -12 to 12, or minutes for any other offset (attendance manual,
 * "TimeZone").
 */
export function timeZoneValue(utcOffset: number): number {
  const hours = utcOffset / 60
  return Number.isInteger(hours) && Math.abs(hours) <= 12 ? hours : utcOffset
}

/** The lower of the terminal's version and the highest one supported here, digits and dots only. */
export function sharedVersion(pushVersion: string | undefined, family: Family): string {
  const asked = versionOf(pushVersion)
  if (asked === undefined) return UNTOLD[family]
  const highest = HIGHEST[family].split('.').map(Number)
  for (const [position, most] of highest.entries()) {
    const part = asked[position] ?? 0
    if (part < most) return asked.join('.')
    if (part > most) return HIGHEST[family]
  }
  return HIGHEST[family]
}

/**
 * The parts of a version such as `2.4.1`, the first three of `2.0.33S-20220613`; undefined if it is
 * missing or malformed.
 */
export function versionOf(pushVersion: string | undefined): readonly number[] | undefined {
  const [digits] = VERSION.exec(pushVersion ?? '') ?? []
  return digits?.split('.').map(Number)
}

// 0 makes the terminal send everything again: a lost stamp costs a second upload and never a
// record.
function stampOf(stamps: Readonly<Record<string, unknown>> = {}, table: string): string {
  const stamp = Object.hasOwn(stamps, table) ? String(stamps[table]) : undefined
  return isStamp(stamp) ? stamp : '0'
}

// Firmware before `pushver` was captured with bits, and may read a word as the number 0: photos
// alone.
function transFlagOf(transFlag: HandshakeSettings['transFlag'], isOld: boolean): string {
  if (typeof transFlag === 'string') return transFlag
  if (!isOld) return `TransData ${transFlag.join('\t')}`
  const bits = TRANS_WORDS.map((word) => Number(transFlag.includes(word)))
  return bits.slice(0, OLD_BITS).join('')
}

function lines(first: string | undefined, pairs: Record<string, string | number>): string {
  const written = Object.entries(pairs).map(([key, value]) => `${key}=${value}`)
  return [...(first === undefined ? [] : [first]), ...written, ''].join('\n')
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
