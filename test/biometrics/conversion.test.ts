// Random people on random terminals: what arrives, what doesn't, and why.
import type { FieldRecord } from 'express-iclock'
import { type Conversions, capabilitiesOf, conversions } from 'express-iclock/biometrics'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Enrolled,
  enrolled,
  holdings,
  type Machine,
  machine,
  optionsOf,
  photoOf,
  uploadOf,
} from '../support/people.js'

const PIN = '7'
const PHOTO = 'UGhvdG8='
const NAMES = [
  ...['general', 'finger', 'infraredFace', 'voice', 'iris', 'retina', 'palmPrint'],
  ...['fingerVein', 'palmVein', 'face', 'palm'],
]
const isFace = (type: number) => type === 2 || type === 9

const toldBy = (terminal: Machine) =>
  capabilitiesOf({
    ...(terminal.family && { family: terminal.family }),
    options: optionsOf(terminal),
  })

// What a terminal without lists says nothing about.
const UNTOLD = [3, 6, 10]

/** Why an enrollment can't come to a terminal; undefined if it can. */
function reasonOf(terminal: Machine, versions: readonly Enrolled[], taken: number) {
  const { family, kind, tells, unified, free } = terminal
  const [{ type } = { type: 0 }] = versions
  const own = terminal.versions.get(type)
  if (own === undefined)
    return kind === 'flat' && UNTOLD.includes(type) ? 'unknown-version' : 'type'
  if (!tells) return 'unknown-version'
  if (!versions.some(({ version }) => version === own)) return 'version'
  const needsOld = [2, 7].includes(type) && !unified.has(type)
  if (family === undefined || (family === 'access' && needsOld)) return 'family'
  return free.get(type) === taken ? 'capacity' : undefined
}

const textsOf = ({ commands }: Conversions) => commands.map(({ text }) => text)

test('Each template arrives as it is, or is named with the reason', () => {
  const counts = new Map<string, number>()
  const note = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
  fc.assert(
    fc.property(machine, enrolled, fc.boolean(), (terminal, people, hasPhoto) => {
      const records = [
        ...people.flatMap((one) => uploadOf(PIN, one, false, 'attendance')),
        ...(hasPhoto ? [photoOf(PIN, PHOTO)] : []),
        // Somebody else's.
        ...people.slice(0, 1).flatMap((one) => uploadOf('8', one, false, 'attendance')),
      ]
      const result = conversions({ pin: PIN, records }, toldBy(terminal))
      const held = holdings(terminal, PIN, textsOf(result))
      const faces = [...held.values()].filter(({ type }) => isFace(type))
      const named = new Map(
        result.failures.map((one) => [`${NAMES.indexOf(one.type)} ${one.no}`, one]),
      )
      expect(named.size).toBe(result.failures.length)

      const photo = faces.find(({ version }) => version === 0)
      if (photo !== undefined) {
        expect(faces).toEqual([{ ...photo, pieces: [PHOTO] }])
        note('photo')
      }
      for (const slot of new Set(people.map((one) => `${one.type} ${one.no}`))) {
        const versions = people.filter((one) => `${one.type} ${one.no}` === slot)
        const [{ type } = { type: 0 }] = versions
        const found = held.get(slot) === photo ? undefined : held.get(slot)
        const reason = named.get(slot)?.reason
        named.delete(slot)
        if (found !== undefined) {
          const own = versions.find(({ version }) => version === terminal.versions.get(type))
          expect([slot, found, reason]).toEqual([slot, own, undefined])
        } else if (isFace(type) && faces.length > 0) {
          expect([slot, reason]).toEqual([slot, undefined])
        } else {
          const taken = [...held.values()].filter((one) => one.type === type).length
          expect(reason).toBeDefined()
          expect([slot, reason]).toEqual([slot, reasonOf(terminal, versions, taken)])
        }
        note(reason ?? (found === undefined ? 'another form' : 'arrived'))
      }
      // What is left is a photo alone.
      const isAlone = hasPhoto && !people.some(({ type }) => isFace(type)) && photo === undefined
      expect([...named.keys()]).toEqual(isAlone ? ['9 0'] : [])
    }),
    { numRuns: 1500 },
  )
  const all = ['arrived', 'another form', 'photo', 'type', 'unknown-version', 'version', 'family']
  for (const what of [...all, 'capacity']) {
    expect([what, (counts.get(what) ?? 0) > 5]).toEqual([what, true])
  }
})

// The terminal that a person was enrolled at, and another one of the same versions.
const twins = fc
  .tuple(machine, enrolled, fc.constantFrom('attendance' as const, 'access' as const))
  .map(([source, people, family]) => ({
    source: { ...source, family: 'attendance' as const, tells: true, free: new Map() },
    target: { ...source, family, tells: true, free: new Map() },
    people: people.filter(({ type, version }) => source.versions.get(type) === version),
  }))

test('The older tables carry the same templates as the unified one', () => {
  let compared = 0
  fc.assert(
    fc.property(twins, fc.func(fc.boolean()), ({ source, target, people }, isOldOf) => {
      const given = { pin: PIN, source: toldBy(source) }
      const convert = (isOld: (one: Enrolled) => boolean) => {
        const records = people.flatMap((one) => {
          const hasOld = [2, 7].includes(one.type) || (one.type === 1 && one.version <= 10)
          return uploadOf(PIN, one, hasOld && isOld(one), 'attendance')
        })
        return conversions({ ...given, records }, toldBy(target))
      }
      const mixed = convert((one) => isOldOf(one.type, one.no))
      expect(mixed).toEqual(convert(() => false))
      compared += mixed.commands.length
    }),
    { numRuns: 500 },
  )
  expect(compared).toBeGreaterThan(50)
})

test('The order of the records and their repetition change no template', () => {
  fc.assert(
    fc.property(
      twins.chain(({ target, people }) => {
        const records = people.flatMap((one) => uploadOf(PIN, one, false, 'attendance'))
        const again = fc.subarray(records).map((some) => [...records, ...some])
        const shuffled = again.chain((all) => fc.shuffledSubarray(all, { minLength: all.length }))
        return fc.record({ target: fc.constant(target), records: fc.constant(records), shuffled })
      }),
      ({ target, records, shuffled }) => {
        const hold = (some: FieldRecord[]) => {
          const result = conversions({ pin: PIN, records: some }, toldBy(target))
          return [holdings(target, PIN, textsOf(result)), new Set(result.failures)]
        }
        expect(hold(shuffled)).toEqual(hold(records))
      },
    ),
    { numRuns: 300 },
  )
})

test('A template with a missing or a cut piece is never sent', () => {
  let damaged = 0
  const broken = twins.chain(({ source, target, people }) => {
    const harm = fc.constantFrom('drop', 'cut', 'empty', 'none')
    return fc.record({
      ...{ source: fc.constant(source), target: fc.constant(target), people: fc.constant(people) },
      harms: fc.array(harm, { minLength: people.length, maxLength: people.length }),
      isOld: fc.boolean(),
      at: fc.nat(),
    })
  })
  fc.assert(
    fc.property(broken, ({ source, target, people, harms, isOld, at }) => {
      const records = people.flatMap((one, index) => {
        const hasOld = [2, 7].includes(one.type) || (one.type === 1 && one.version <= 10)
        const rows = uploadOf(PIN, one, isOld && hasOld, 'attendance')
        return harmed(rows, harms[index] ?? 'none', at % rows.length)
      })
      const result = conversions({ pin: PIN, source: toldBy(source), records }, toldBy(target))
      const held = holdings(target, PIN, textsOf(result))
      people.forEach((one, index) => {
        const harm = harms[index]
        // A dropped last piece can't be told from a template that ends there.
        if (
          harm === 'none' ||
          (harm === 'drop' && at % one.pieces.length === one.pieces.length - 1)
        ) {
          return
        }
        expect(held.has(`${one.type} ${one.no}`)).toBe(false)
        damaged++
      })
    }),
    { numRuns: 500 },
  )
  expect(damaged).toBeGreaterThan(50)
})

function harmed(rows: FieldRecord[], harm: string, at: number): FieldRecord[] {
  if (harm === 'drop') return rows.filter((_, index) => index !== at)
  if (harm === 'none') return rows
  return rows.map((row, index) => {
    if (index !== at) return row
    const fields = Object.entries(row.fields).map(([key, value]) => {
      const isContent = /^(tmp|template)$/i.test(key)
      // Base64 that is cut by one character has a length that none has.
      return [key, isContent ? (harm === 'empty' ? '' : value.slice(0, 5)) : value]
    })
    return { ...row, fields: Object.fromEntries(fields) }
  })
}
