// People with templates, and terminals of every kind, made up independently of src/: what a terminal
// is, is written down first; its options, uploads and refusals follow from that.
import fc from 'fast-check'
import type { FieldRecord } from '../../src/index.js'

/** What a terminal is, whatever its options say of it. */
export interface Machine {
  family: 'attendance' | 'access' | undefined
  /** Whether its options are lists such as `MultiBioDataSupport`, or `FPVersion` and its like alone. */
  kind: 'lists' | 'flat'
  /** The version of its algorithm, by the number of the type. */
  versions: Map<number, number>
  /** The types that it speaks BIODATA of. */
  unified: Set<number>
  /** Whether its options tell the versions. */
  tells: boolean
  takesPhotos: boolean
  /** How many places are left, by the number of the type, if it says. */
  free: Map<number, number>
}

/** One enrollment: a template as the person's own terminal keeps it. */
export interface Enrolled {
  type: number
  no: number
  version: number
  isDuress: boolean
  pieces: string[]
}

const VERSIONS: Readonly<Record<number, number[]>> = {
  ...{ 1: [9, 10, 12, 13], 2: [5, 7, 9], 3: [1, 2], 6: [1, 2], 7: [3, 4] },
  ...{ 8: [10, 12], 9: [35, 39, 40, 58], 10: [1, 12] },
}
const TYPES = Object.keys(VERSIONS).map(Number)
const family = fc.constantFrom('attendance', 'access', undefined)

function versionsOf(types: readonly number[]): fc.Arbitrary<Map<number, number>> {
  const pairs = types.map((type) => {
    return fc.constantFrom(...(VERSIONS[type] ?? [])).map((version) => [type, version] as const)
  })
  return fc.tuple(...pairs).map((all) => new Map(all))
}

const withLists: fc.Arbitrary<Machine> = fc
  .record({
    ...{ family, types: fc.subarray(TYPES), tells: fc.boolean(), takesPhotos: fc.boolean() },
    oldOnly: fc.subarray([1, 2, 7]),
    free: fc.dictionary(fc.constantFrom(...TYPES.map(String)), fc.nat({ max: 3 })),
  })
  .chain(({ types, oldOnly, free, ...rest }) => {
    return versionsOf(types).map((versions): Machine => {
      // It may announce no unified table for what an older table carries.
      const isOld = (type: number) => {
        if (type === 1) return (versions.get(1) ?? 0) <= 10
        return type === 7 || (rest.tells && !versions.has(9))
      }
      return {
        ...{ ...rest, kind: 'lists', versions },
        unified: new Set(types.filter((type) => !oldOnly.includes(type) || !isOld(type))),
        free: new Map(Object.entries(free).map(([type, count]) => [Number(type), count])),
      }
    })
  })

// It has one kind of face at most.
const flat: fc.Arbitrary<Machine> = fc
  .record({ family, types: fc.subarray([1, 7, 8]), face: fc.constantFrom([2], [9], []) })
  .chain(({ family, types, face }) => {
    return versionsOf([...types, ...face]).map((versions): Machine => {
      const takesPhotos = versions.has(9)
      return {
        ...{ family, kind: 'flat', versions, unified: new Set(), tells: true, takesPhotos },
        free: new Map(),
      }
    })
  })

/** Terminals of every kind. */
export const machine: fc.Arbitrary<Machine> = fc.oneof(withLists, flat)

const list = (value: (type: number) => number | string) =>
  Array.from({ length: 11 }, (_, type) => value(type)).join(':')

/** The options that a terminal sends. */
export function optionsOf(terminal: Machine): Record<string, string> {
  const { kind, versions, unified, tells, takesPhotos, free } = terminal
  const flatOptions = (type: number, isOn: string, version: string) => {
    const own = versions.get(type)
    if (own === undefined) return { [isOn]: '0' }
    return tells ? { [isOn]: '1', [version]: String(own) } : { [isOn]: '1' }
  }
  const face = flatOptions(versions.has(9) ? 9 : 2, 'FaceFunOn', 'FaceVersion')
  const others = {
    ...flatOptions(7, 'FvFunOn', 'FvVersion'),
    ...flatOptions(8, 'PvFunOn', 'PvVersion'),
    ...face,
  }
  if (kind === 'flat') return { ...flatOptions(1, 'FingerFunOn', 'FPVersion'), ...others }
  return {
    // Where both stand, the list is right.
    ...flatOptions(1, 'FingerFunOn', 'FPVersion'),
    ...(unified.has(1) && tells && { FPVersion: '10' }),
    ...others,
    MultiBioDataSupport: list((type) => (unified.has(type) ? 1 : 0)),
    MultiBioPhotoSupport: list((type) => (type === 9 && takesPhotos ? 1 : 0)),
    MultiBioVersion: list((type) => (unified.has(type) && tells ? `${versions.get(type)}.0` : 0)),
    MaxMultiBioDataCount: list((type) => (free.has(type) ? 100 : 0)),
    MultiBioDataCount: list((type) => 100 - (free.get(type) ?? 0)),
  }
}

const base64 = fc.stringMatching(/^[A-Za-z0-9+/]{8,12}$/).map((text) => text.slice(0, 8))

/** Enrollments of one person: several versions of the same finger occur. */
export const enrolled: fc.Arbitrary<Enrolled[]> = fc.uniqueArray(
  fc
    .record({ type: fc.constantFrom(...TYPES), no: fc.nat({ max: 3 }), isDuress: fc.boolean() })
    .chain(({ type, no, isDuress }) => {
      const isFace = type === 2 || type === 9
      const count = type === 2 ? fc.integer({ min: 12, max: 15 }) : fc.integer({ min: 1, max: 3 })
      const isSingle = type === 1
      return fc.record({
        type: fc.constant(type),
        no: fc.constant(isFace ? 0 : no),
        version: fc.constantFrom(...(VERSIONS[type] ?? [])),
        isDuress: fc.constant(isDuress && type !== 2 && type !== 7),
        pieces: isSingle
          ? base64.map((one) => [one])
          : count.chain((length) => fc.array(base64, { minLength: length, maxLength: length })),
      })
    }),
  { selector: ({ type, no, version }) => `${type} ${no} ${version}`, maxLength: 6 },
)

const record = (type: string, fields: Record<string, string | number>): FieldRecord => ({
  kind: 'fields',
  type,
  fields: Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)])),
  raw: Buffer.alloc(0),
})

/** The records in which a terminal uploads an enrollment, in the unified table or the older one. */
export function uploadOf(
  pin: string,
  one: Enrolled,
  isOld: boolean,
  family: string,
): FieldRecord[] {
  const { type, no, version, isDuress, pieces } = one
  return pieces.map((text, index) => {
    if (isOld && type === 1 && family === 'access') {
      const fields = { pin, fingerid: no, valid: isDuress ? 3 : 1, template: text }
      return record('templatev10', fields)
    }
    const size = text.length
    if (isOld && type === 1) {
      const valid = isDuress ? 3 : 1
      return record('fp', { PIN: pin, FID: no, Size: size, Valid: valid, TMP: text })
    }
    if (isOld && type === 2) {
      return record('face', { PIN: pin, FID: index, SIZE: size, VALID: 1, TMP: text })
    }
    if (isOld && type === 7) {
      const fields = { Pin: pin, FID: no, Index: index, Size: size, Valid: 1, Tmp: text }
      return record('fvein', fields)
    }
    return record('biodata', {
      ...{ Pin: pin, No: no, Index: index, Valid: 1, Duress: isDuress ? 1 : 0, Type: type },
      ...{ MajorVer: version, MinorVer: 0, Format: 0, Tmp: text },
    })
  })
}

export function photoOf(pin: string, content: string): FieldRecord {
  return record('biophoto', {
    ...{ PIN: pin, FileName: `${pin}.jpg`, Type: 9, Size: content.length, Content: content },
  })
}

/** What a terminal holds after it executed commands, by `<type> <no>`; `photo` is a face's photo. */
export function holdings(
  terminal: Machine,
  pin: string,
  texts: readonly string[],
): Map<string, Enrolled> {
  const held = new Map<string, Enrolled>()
  let last = ''
  for (const text of texts) {
    const [, verb = '', table = '', line = ''] = /^(DATA UPDATE) (\w+) (.*)$/s.exec(text) ?? []
    const pairs = line.split('\t').map((pair) => {
      const [key = '', ...value] = pair.split('=')
      return [key, value.join('=')] as const
    })
    const fields = Object.fromEntries(pairs)
    const piece = read(terminal, verb && table, fields)
    if ((fields.PIN ?? fields.Pin) !== pin) throw new Error(`not of ${pin}: ${text}`)
    const slot = `${piece.type} ${piece.no}`
    const known = held.get(slot)
    if (known !== undefined && last !== slot) throw new Error(`pieces of others between: ${text}`)
    if (piece.index !== (known?.pieces.length ?? 0)) throw new Error(`out of order: ${text}`)
    const { index: _, text: content, ...rest } = piece
    if (known === undefined) held.set(slot, { ...rest, pieces: [content] })
    else known.pieces.push(content)
    last = slot
  }
  return held
}

type Piece = Omit<Enrolled, 'pieces'> & { index: number; text: string }

function read(terminal: Machine, table: string, fields: Record<string, string>): Piece {
  const { family, versions, unified, kind, takesPhotos } = terminal
  const is = (wanted: typeof family, name: string) => family === wanted && table === name
  const old = (type: number, no: number, index: number, text = ''): Piece => {
    const version = versions.get(type)
    if (version === undefined) throw new Error(`-1002: ${table}`)
    if (type === 1 && version > 10) throw new Error(`-30: ${table}`)
    const size = fields.Size ?? fields.SIZE
    if (size !== undefined && Number(size) !== text.length) throw new Error('-9')
    return { type, no, version, isDuress: fields.Valid === '3', index, text }
  }
  if (is('attendance', 'FINGERTMP')) return old(1, Number(fields.FID), 0, fields.TMP)
  if (is('access', 'templatev10')) return old(1, Number(fields.FingerID), 0, fields.Template)
  if (is('attendance', 'FACE')) return old(2, 0, Number(fields.FID), fields.TMP)
  if (is('attendance', 'FVEIN')) {
    return old(7, Number(fields.FID), Number(fields.Index), fields.Tmp)
  }
  if (is('attendance', 'BIODATA') || is('access', 'biodata')) {
    const type = Number(fields.Type)
    const version = Number(fields.MajorVer)
    const speaks = kind === 'flat' ? versions.has(type) : unified.has(type)
    if (!speaks || versions.get(type) !== version) throw new Error(`-30: ${type} ${version}`)
    return {
      ...{ type, no: Number(fields.No), version, isDuress: fields.Duress === '1' },
      ...{ index: Number(fields.Index), text: fields.Tmp ?? '' },
    }
  }
  if ((is('attendance', 'BIOPHOTO') || is('access', 'biophoto')) && takesPhotos) {
    const text = fields.Content ?? ''
    return { type: 9, no: 0, version: 0, isDuress: false, index: 0, text }
  }
  throw new Error(`-629: ${table}`)
}
