// No value can write a second command, another field, or a field that old firmware would mistake
// for another.
import { deepEqual, doesNotMatch, match, ok } from 'node:assert/strict'
import { IclockError } from 'express-iclock'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ACCESS,
  ATTENDANCE,
  DANGEROUS_ACCESS,
  DANGEROUS_ATTENDANCE,
  type Sample,
} from '../support/builders.js'
import { character } from '../support/character.js'

const SAMPLES = [...ATTENDANCE, ...ACCESS, ...DANGEROUS_ATTENDANCE, ...DANGEROUS_ACCESS].filter(
  ({ members }) => Object.keys(members).length > 0,
)
const KEYS = [...new Set(SAMPLES.flatMap((sample) => keysOf(sample)))]

// Values that are valid somewhere, so that many lines are written.
const right = fc.oneof(
  fc.constantFrom(...SAMPLES.flatMap(({ members }) => Object.values(members))),
  fc.stringMatching(/^[0-9A-Za-z]{1,12}$/),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.nat({ max: 300 }),
  fc.boolean(),
  fc.uint8Array({ maxLength: 6 }),
  fc.base64String({ maxLength: 12 }),
  fc.constantFrom(
    '',
    '42',
    '[15CD5B0700]',
    'https://a.example/b?c=1&d=2',
    'x=y',
    'ls -l && echo a=b',
  ),
)
const hostilePiece = fc.oneof(
  fc.constantFrom('\t', '\n', '\r', '\0', '=', ',', ';', ' ', '&', '\\t', '%09', '"', "'"),
  fc.constantFrom('\nC:2:REBOOT', ' Pri=14', '\tPri=14', '\ud800', '\udc00', '\u2028', '\u0085'),
  fc.constantFrom('é', '名', '\u202e', '\ufeff', '😀', 'İ', 'K', 'ſ', '7', 'A', '..', '/'),
  fc.constantFrom(...KEYS).map((key) => `${key}=`),
  fc.constantFrom(...KEYS).map((key) => `${key.toLowerCase()}=1`),
  fc.string({ unit: character, maxLength: 3 }),
)
const hostile = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(hostilePiece, { minLength: 1, maxLength: 6 }).map((all) => all.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(hostilePiece, fc.constant('08:00')), { maxLength: 3 }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, undefined, Number.NaN, -1, 1.5, 2 ** 53, 10n, new Date(0), {}, [], new String('7')],
      ...[{ toString: () => '7\tPri=14' }, [['7\tPri=14', '08:00']], new Map(), () => '7'],
    ),
  },
)

// Members that people type freely: where an injection would start.
const FREE = [
  'name',
  'text',
  'url',
  'path',
  'command',
  'value',
  'Door1Drivetime',
  'card',
  'address',
]
const any = fc.oneof({ weight: 3, arbitrary: right }, { weight: 2, arbitrary: hostile })

// Keys and values of rows, of which the caller names the keys.
const hostileText = fc
  .array(hostilePiece, { minLength: 1, maxLength: 4 })
  .map((all) => all.join(''))
const word = fc.stringMatching(/^[A-Za-z]\w{0,4}$/)
const rowFields = fc.dictionary(
  fc.oneof({ weight: 6, arbitrary: word }, { weight: 1, arbitrary: hostileText }),
  fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: hostile }),
  { maxKeys: 4 },
)

const ownChange = (name: string) => {
  if (name === 'fields') return fc.tuple(fc.constant(name), fc.oneof(rowFields, any))
  const alike = SAMPLES.flatMap(({ members }) => (name in members ? [members[name]] : []))
  const like = fc.constantFrom(undefined, ...alike)
  const value = fc.oneof({ weight: 2, arbitrary: like }, { weight: 1, arbitrary: any })
  return fc.tuple(fc.constant(name), value)
}
const foreignChange = fc.tuple(fc.constantFrom('__proto__', 'toString', 'Pri', 'PIN', 'pin '), any)

const callsOf = (sample: Sample, change: fc.Arbitrary<[string, unknown]>, most: number) => {
  return fc.tuple(fc.constant(sample), fc.array(change, { minLength: 1, maxLength: most }))
}
const anyCalls = SAMPLES.map((sample) => {
  const own = fc.oneof(...Object.keys(sample.members).map(ownChange))
  const change = fc.oneof({ weight: 12, arbitrary: own }, { weight: 1, arbitrary: foreignChange })
  return callsOf(sample, change, 3)
})
const freeCalls = SAMPLES.flatMap((sample) => {
  const free = FREE.filter((name) => name in sample.members)
  const ownKey = fc.constantFrom('PIN', ...keysOf(sample)).map((key) => `a?${key}=1`)
  const value = fc.oneof({ weight: 4, arbitrary: any }, { weight: 1, arbitrary: ownKey })
  return free.map((name) => callsOf(sample, fc.tuple(fc.constant(name), value), 1))
})
const call = fc.oneof(fc.oneof(...anyCalls), fc.oneof(...freeCalls))

/** The fields of a line as new firmware reads them: split first, then at the first `=`. */
function split(body: string, between: string): [key: string, value: string][] {
  return body.split(between).map((field) => {
    const at = field.indexOf('=')
    return [field.slice(0, at), field.slice(at + 1)]
  })
}

/** A field as old firmware reads it: after the first `Key=` anywhere in the line. */
function firstOf(line: string, key: string, between: string): string | undefined {
  const at = line.indexOf(`${key}=`)
  return at === -1 ? undefined : line.slice(at + key.length + 1).split(between)[0]
}

function lineOf({ text }: Sample): string {
  return text.replaceAll('⇥', '\t')
}

/** The text before the first field. */
function headOf(sample: Sample): string {
  return (
    /^(DATA (UPDATE|DELETE|QUERY) \w+ |VERIFY SUM ATTLOG |ACCOUNT transaction |SET OPTIONS? |\w+ )/.exec(
      sample.text,
    )?.[0] ?? ''
  )
}

function keysOf(sample: Sample): string[] {
  if (sample.from === undefined) return []
  const { between = '\t', unsent = '' } = sample
  const sent = split(lineOf(sample).slice(headOf(sample).length), between).map(([key]) => key)
  return [...sent, ...unsent.split(' ')].filter((key) => key !== '')
}

function checkFields(sample: Sample, text: string, changed: Map<string, unknown>): void {
  const { from = '', between = '\t', rewritten = '' } = sample
  const head = headOf(sample)
  const sources = from.split(' ')
  const before = split(lineOf(sample).slice(head.length), between)
  const after = split(text.slice(head.length), between)
  ok(text.startsWith(head), text)

  const expected = before.filter(([key], at) => {
    return !changed.has(sources[at] ?? '') || after.some(([other]) => other === key)
  })
  deepEqual(
    after.map(([key]) => key),
    expected.map(([key]) => key),
  )

  for (const [key, value] of after) {
    const at = before.findIndex(([other]) => other === key)
    const source = sources[at] ?? ''
    if (!changed.has(source)) deepEqual([key, value], before[at])
    const given = changed.get(source)
    if (typeof given !== 'string' || rewritten.split(' ').includes(source)) continue
    const written = after.filter((_, index) => {
      return before.some(([other], from) => other === after[index]?.[0] && sources[from] === source)
    })
    ok(
      written.some(([, each]) => each === given),
      text,
    )
  }

  const read = new Map(after)
  for (const key of keysOf(sample))
    deepEqual([key, firstOf(text, key, between)], [key, read.get(key)])
}

let written = 0
let refused = 0

test('A builder refuses its values or writes exactly its fields on one line', () => {
  fc.assert(
    fc.property(call, ([sample, changes]) => {
      const changed = new Map(changes)
      const members = { ...sample.members }
      for (const [name, value] of changes) {
        Object.defineProperty(members, name, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        })
      }
      let text: string
      try {
        text = sample.build(members as never).text
      } catch (error) {
        refused++
        const isOwn = error instanceof IclockError && error.code === 'VALUE_REFUSED'
        if (!isOwn && !(error instanceof TypeError)) throw error
        match(error.message, /^express-iclock: \w+\.\w+/)
        doesNotMatch(error.message, /[\r\n]/)
        return
      }
      written++
      doesNotMatch(text, /[\r\n\0\p{Cs}]/u)
      if (sample.check === undefined) checkFields(sample, text, changed)
      else deepEqual([text, sample.check(text, members)], [text, true])
    }),
    { numRuns: 4000 },
  )
  expect(written).toBeGreaterThan(400)
  expect(refused).toBeGreaterThan(400)
})
