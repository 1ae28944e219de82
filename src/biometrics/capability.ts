// What a terminal can take, from what it said about itself.
import type { Family } from '../reply/outcome.js'
import { type BiometricType, LAST_OLD_FINGER, numberOf, TYPES } from './type.js'

/** What a terminal can do with one type. */
export interface TypeCapability {
  /** Whether it takes templates of this type; undefined if it didn't say. */
  takes?: boolean
  /** Whether it takes them as unified templates (BIODATA), and not only in older tables. */
  isUnified: boolean
  /** The major version of its algorithm, such as 10 of fingers; undefined if it didn't say. */
  majorVersion?: number
  /** The minor version of its algorithm. */
  minorVersion?: number
  /** How many more templates fit; undefined if it didn't say. */
  free?: number
}

/** What a terminal can take. */
export interface Capabilities {
  /** Its family, which decides the tables; undefined if it is unknown. */
  family?: Family
  /** Whether it makes a template of a face from a photo; undefined if it didn't say. */
  takesPhotos?: boolean
  /** What it can do, by type. */
  types: Readonly<Record<BiometricType, TypeCapability>>
}

/** What is known of a terminal, as `findTerminal` returns it. */
export interface DescribedTerminal {
  /** The family it is of. */
  family?: Family
  /** Its options, as it sent them. */
  options?: Readonly<Record<string, string>>
}

/** What the server announced. */
export interface CapabilityOptions {
  /**
   * `MultiBioDataSupport` as your handshake answers it (`handshake: { keys }`): a type works only if
   * both sides announced it. By default the terminal's word is enough.
   */
  announced?: string
}

// Older firmware says it of each type by itself. The tilde maxima (`~MaxFaceCount`) are in hundreds
// on some models and not on others: they say nothing.
interface Flat {
  /** Whether the type is switched on. */
  isOn: string
  versions: readonly string[]
  /** Which versions mean this type. */
  fits?: (major: number) => boolean
  /** The last version that has a table of its own, which needs no unified templates. */
  lastOld: number
}

const FACES = { isOn: 'FaceFunOn', versions: ['FaceVersion'] }
// 7 is near infrared; 35 and more, such as 39, 40 and 58, are visible light.
const isVisible = (major: number) => major >= 30
const FLAT: Readonly<Partial<Record<BiometricType, Flat>>> = {
  finger: {
    isOn: 'FingerFunOn',
    versions: ['FPVersion', '~ZKFPVersion'],
    lastOld: LAST_OLD_FINGER,
  },
  infraredFace: { ...FACES, fits: (major) => !isVisible(major), lastOld: Infinity },
  fingerVein: { isOn: 'FvFunOn', versions: ['FvVersion'], lastOld: Infinity },
  palmVein: { isOn: 'PvFunOn', versions: ['PvVersion'], lastOld: 0 },
  face: { ...FACES, fits: isVisible, lastOld: 0 },
}

interface Version {
  major: number
  minor: number
}

/**
 * What a terminal can take, from its options (`MultiBioDataSupport` and its like, or `FPVersion`
 * and its like of older firmware). What it didn't say is undefined.
 *
 * @example
 * const capabilities = capabilitiesOf(await adapter.findTerminal('0316144680030'))
 */
export function capabilitiesOf(
  terminal: DescribedTerminal | null | undefined,
  { announced }: CapabilityOptions = {},
): Capabilities {
  const options = new Map(Object.entries(terminal?.options ?? {}))
  const family = terminal?.family
  const types = Object.fromEntries(
    TYPES.map((type) => [type, capabilityOf(options, type, announced)]),
  ) as Record<BiometricType, TypeCapability>
  const takesPhotos = photosOf(options)
  return {
    ...(family !== undefined && { family }),
    ...(takesPhotos !== undefined && { takesPhotos }),
    types,
  }
}

type Options = ReadonlyMap<string, string>

function capabilityOf(
  options: Options,
  type: BiometricType,
  announced: string | undefined,
): TypeCapability {
  const support = options.get('MultiBioDataSupport')
  const isHeard = announced === undefined || countAt(announced, type) > 0
  const isUnified = isHeard && countAt(support, type) > 0
  const { isOn, version: flatVersion } = flatOf(options, type)
  const version = versionOf(partOf(options.get('MultiBioVersion'), type)) ?? flatVersion
  // In its older table; without lists it may speak the unified one as well.
  const hasOld = isOn && (version?.major ?? 1) <= (FLAT[type]?.lastOld ?? 0)
  const takes = isUnified || (support === undefined ? isOn : hasOld === true)
  const free = freeOf(options, type)
  return {
    isUnified,
    ...(takes !== undefined && { takes }),
    ...(version && { majorVersion: version.major, minorVersion: version.minor }),
    ...(free !== undefined && { free }),
  }
}

/** Whether a type is switched on, by the options of its own; undefined if they don't say. */
function flatOf(options: Options, type: BiometricType): { isOn?: boolean; version?: Version } {
  const flat = FLAT[type]
  if (flat === undefined) return {}
  const { isOn, versions, fits } = flat
  const version = versions
    .map((name) => versionOf(options.get(name)))
    .find((found) => found !== undefined)
  if (options.get(isOn) === '0') return { isOn: false }
  if (version !== undefined)
    return fits?.(version.major) === false ? { isOn: false } : { isOn: true, version }
  // Which kind of face it is only its version says.
  return fits === undefined && options.get(isOn) === '1' ? { isOn: true } : {}
}

function photosOf(options: Options): boolean | undefined {
  const support = options.get('MultiBioPhotoSupport')
  if (support !== undefined) return countAt(support, 'face') > 0
  const isOn = options.get('BioPhotoFun')
  if (isOn === '0' || isOn === '1') return isOn === '1'
  return capabilityOf(options, 'face', undefined).takes
}

function freeOf(options: Options, type: BiometricType): number | undefined {
  const most = countAt(options.get('MaxMultiBioDataCount'), type)
  const count = partOf(options.get('MultiBioDataCount'), type)
  return most > 0 && /^\d{1,9}$/.test(count) ? Math.max(0, most - Number(count)) : undefined
}

// Ten or eleven values joined by `:`, by the number of the type.
function partOf(list: string | undefined, type: BiometricType): string {
  return list?.split(':')[numberOf(type)]?.trim() ?? ''
}

function countAt(list: string | undefined, type: BiometricType): number {
  const part = partOf(list, type)
  return /^\d{1,9}$/.test(part) ? Number(part) : 0
}

function versionOf(text: string | undefined): Version | undefined {
  const [, major = '', minor = '0'] = /^\s*(\d{1,3})(?:\.(\d{1,3}))?(?![\d])/.exec(text ?? '') ?? []
  return Number(major) > 0 ? { major: Number(major), minor: Number(minor) } : undefined
}
