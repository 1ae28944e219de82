// The settings of a handshake's answer, and their defaults.
import { checkNames, checkWhole, describe, type OptionNames, wrong } from '../check.js'

/**
 * The data that a time clock can be asked to send: the words of `TransFlag` (attendance manual,
 * "Initialize information").
 */
export type TransWord = (typeof TRANS_WORDS)[number]

/** The settings sent to a starting terminal. */
export interface HandshakeOptions {
  /**
   * `Delay`, `RequestDelay`: the longest pause between two polls, in seconds, 1 to 3600; 10 by
   * default.
   */
  delay?: number
  /** `ErrorDelay`: the pause after a failed request, in seconds, 1 to 3600; 30 by default. */
  errorDelay?: number
  /**
   * `TransTimes`: when it sends new data, `HH:MM`, 10 at most; `['00:00', '14:05']` by default.
   * Unused while `realtime` is true.
   */
  transTimes?: readonly string[]
  /**
   * `TransInterval`: how often it looks for new data, in minutes, 0 for never; 1 by default. Unused
   * while `realtime` is true.
   */
  transInterval?: number
  /** `Realtime`: whether it sends everything immediately; true by default. */
  realtime?: boolean
  /**
   * `TransFlag`: the data that a time clock sends. By default attendance, operations and users:
   * `['AttLog', 'OpLog', 'EnrollUser', 'ChgUser']`. Photos and templates of fingers and faces are
   * sent only if named here. Words that some models have besides, such as `EnrollFACE`, may stand
   * among them; terminals without `pushver` don't get those. Or the digits that a model reads
   * instead of words, such as `'1101101100'`, which are sent as they are.
   */
  transFlag?: readonly (TransWord | OtherWord)[] | string
  /**
   * `TransTables`: the data that an access terminal sends, `['User', 'Transaction']` by default,
   * and any tables that a model has besides, such as `Facev7`.
   */
  transTables?: readonly ('User' | 'Transaction' | OtherWord)[]
  /**
   * `PushProtVer`: the version to answer with, such as `'3.1.2'`, for models that need a higher
   * one. By default the lower of the terminal's and the highest that this package speaks: with a
   * higher one a terminal may want to encrypt, which is refused.
   */
  pushProtVer?: string
  /**
   * Further keys of the answer as the manual names them, such as
   * `{ MultiBioDataSupport: '0:1:0:0:0:0:0:0:1:1' }`.
   */
  keys?: Readonly<Record<string, string | number>>
}

/** A word that this package doesn't know. */
export type OtherWord = string & {}

/** The options with their defaults, checked. */
export type HandshakeSettings = Required<Omit<HandshakeOptions, 'pushProtVer'>> &
  Pick<HandshakeOptions, 'pushProtVer'>

/** In the order of the bits that terminals without `pushver` use instead. */
export const TRANS_WORDS = [
  'AttLog',
  'OpLog',
  'AttPhoto',
  'EnrollFP',
  'EnrollUser',
  'FPImag',
  'ChgUser',
  'ChgFP',
  'FACE',
  'UserPic',
  'WORKCODE',
  'BioPhoto',
] as const

const HANDSHAKE_OPTIONS: OptionNames<HandshakeOptions> = {
  delay: true,
  errorDelay: true,
  transTimes: true,
  transInterval: true,
  realtime: true,
  transFlag: true,
  transTables: true,
  pushProtVer: true,
  keys: true,
}
const TRANS_TABLES = ['User', 'Transaction']
const DIGITS = /^[01]{1,32}$/
const WORD = /^[A-Za-z]\w{0,31}$/
const VERSION = /^\d{1,2}(\.\d{1,3}){1,3}$/
const ALONE = new Set<string>(['AttLog', 'OpLog', 'AttPhoto'])
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/
const KEY = /^~?\w{1,40}$/
// One line, no blank at its ends, and short enough for the buffers of old firmware.
const VALUE = /^[!-~]([ -~]{0,198}[!-~])?$/
// Keys with an option of their own, keys this package sets, and anything that enables encryption.
const TAKEN =
  /^(\w*stamp|errordelay|delay|requestdelay|transtimes|transinterval|transflag|transtables|timezone|realtime|encrypt\w*|serverver|serverversion|pushprotver|pushversion|registry|registrycode|sessionid)$/i

/** @throws TypeError that names the option, what came and what was expected */
export function handshakeSettings(options: HandshakeOptions = {}): HandshakeSettings {
  checkNames(options, HANDSHAKE_OPTIONS)
  const settings = {
    delay: 10,
    errorDelay: 30,
    transTimes: ['00:00', '14:05'],
    transInterval: 1,
    realtime: true,
    transFlag: ['AttLog', 'OpLog', 'EnrollUser', 'ChgUser'] as const,
    transTables: ['User', 'Transaction'] as const,
    keys: {},
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  } satisfies HandshakeSettings as HandshakeSettings
  checkWhole('delay', settings.delay, 1, 3600)
  checkWhole('errorDelay', settings.errorDelay, 1, 3600)
  checkWhole('transInterval', settings.transInterval, 0, 1440)
  checkTimes(settings.transTimes)
  if (typeof settings.realtime !== 'boolean') {
    throw wrong('realtime', settings.realtime, 'true or false')
  }
  checkTransFlag(settings.transFlag)
  checkWords('transTables', settings.transTables, TRANS_TABLES)
  checkVersion(settings.pushProtVer)
  checkKeys(settings.keys)
  return settings
}

function checkTimes(times: unknown): void {
  const isTime = (time: unknown) => typeof time === 'string' && TIME.test(time)
  if (Array.isArray(times) && times.length <= 10 && times.every(isTime)) return
  throw wrong('transTimes', times, "at most 10 times in a list, such as ['00:00', '14:05']")
}

function checkTransFlag(transFlag: unknown): asserts transFlag is HandshakeSettings['transFlag'] {
  if (typeof transFlag === 'string') {
    if (DIGITS.test(transFlag)) return
    throw wrong('transFlag', transFlag, 'a list of words, or digits such as "1101101100"')
  }
  checkWords('transFlag', transFlag, TRANS_WORDS)
  const inOpLog = transFlag.find((word) => !ALONE.has(word))
  if (inOpLog === undefined || transFlag.includes('OpLog')) return
  throw wrong(
    'transFlag',
    transFlag,
    `OpLog as well: a terminal sends ${inOpLog} only along with it`,
  )
}

function checkWords(
  option: string,
  list: unknown,
  words: readonly string[],
): asserts list is readonly string[] {
  if (!Array.isArray(list) || list.length === 0) {
    throw wrong(option, list, `a list of one or more of ${words.join(', ')}`)
  }
  for (const word of list) {
    if (words.includes(word)) continue
    const has = `it has ${describe(word)}`
    if (typeof word !== 'string' || !WORD.test(word)) {
      throw wrong(option, list, `a list of words such as ${words.join(', ')}; ${has}`)
    }
    const similar = words.find((known) => known.toLowerCase() === word.toLowerCase())
    if (similar === undefined) continue
    throw wrong(
      option,
      list,
      `a list of words such as ${words.join(', ')}; ${has}, did you mean "${similar}"?`,
    )
  }
}

function checkVersion(version: unknown): void {
  if (version === undefined || (typeof version === 'string' && VERSION.test(version))) return
  throw wrong('pushProtVer', version, "a version such as '3.1.2'")
}

function checkKeys(keys: unknown): void {
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
    throw wrong('keys', keys, 'an object such as { SupportPing: 1 }')
  }
  for (const [key, value] of Object.entries(keys)) {
    if (!KEY.test(key)) throw wrong('keys', key, 'keys of letters, digits and "_"')
    if (TAKEN.test(key)) {
      throw wrong(
        `keys.${key}`,
        value,
        'keys that have no option of their own and are not about versions or encryption',
      )
    }
    const isValue = typeof value === 'string' ? VALUE.test(value) : Number.isFinite(value)
    if (!isValue)
      throw wrong(`keys.${key}`, value, 'a number, or 1 to 200 printable ASCII characters')
  }
}
