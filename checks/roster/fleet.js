// The terminals of the campaign: of six kinds, with people on them, edited, wiped, replaced and cut off.
import { terminalPeople, virtualTerminal } from 'express-iclock/simulator'
import { contentOf, ownerOf } from './hr.js'

/**
 * @typedef {import('express-iclock/simulator').TerminalPeopleOptions} Habits
 * @typedef {{ dialect: import('express-iclock/simulator').DialectName, habits: Habits, slots: readonly string[] }} Kind
 */

const LISTS = { finger: '10.0', face: '58.12' }

/** What each takes of a finger of version 10, a face of version 58 and a photo. @type {readonly Kind[]} */
export const KINDS = [
  {
    dialect: 'attendance',
    habits: { versions: LISTS, returnsCount: true },
    slots: ['finger', 'face'],
  },
  {
    dialect: 'attendance',
    habits: { versions: { finger: '10', infraredFace: '7' }, announces: 'flat' },
    slots: ['finger'],
  },
  { dialect: 'echo', habits: { versions: { finger: '13.0', face: '40.1' } }, slots: ['face'] },
  { dialect: 'clone', habits: { versions: LISTS, queries: 'one' }, slots: ['finger', 'face'] },
  { dialect: 'access', habits: { versions: LISTS }, slots: ['finger', 'face'] },
  { dialect: 'access', habits: { versions: { face: '58.12' } }, slots: ['face'] },
]

const TIMEOUT = 4000
const STRANGERS = 3

/**
 * @param {string} url
 * @param {string} serialNumber
 * @param {number} index
 * @param {{ random: () => number, pace: number }} options how many times longer it pauses
 */
export function openMember(url, serialNumber, index, { random, pace }) {
  const kind = /** @type {Kind} */ (KINDS[index % KINDS.length])
  let people = terminalPeople(kind.habits)
  let stop = new AbortController()
  let isCalm = false
  /** @type {Promise<unknown>} */
  let working = Promise.resolve()
  let terminal = open()
  /** Who is there without HR, by PIN. @type {Map<string, string>} */
  const strangers = new Map()
  const counts = { wipes: 0, replacements: 0, edits: 0, 'power losses': 0 }
  for (let number = 0; number < STRANGERS; number++) addStranger()

  function open() {
    const own = { url, serialNumber, timeout: TIMEOUT, pause: 50, dialect: kind.dialect, people }
    return virtualTerminal(own)
  }

  function addStranger() {
    const pin = `${9000 + strangers.size + counts.edits}`
    strangers.set(pin, `Stranger ${pin}`)
    people.put({ pin, name: `Stranger ${pin}` })
  }

  /** @param {number} chance */
  const happens = (chance) => !isCalm && random() < chance

  function work() {
    const own = terminal
    working = begin(own)
  }

  /** @param {ReturnType<typeof open>} own */
  async function begin(own) {
    // A door says what it can take when somebody sets it up.
    if (kind.dialect === 'access') await own.register().catch(() => {})
    await own.start(
      // Without a result it never replies.
      (command) => (happens(0.01) ? undefined : own.execute(command)),
      {
        ...{ signal: stop.signal, delay: () => (300 + random() * 400) * pace },
        faults: () => (happens(0.01) ? { cutAfter: Number.POSITIVE_INFINITY } : undefined),
      },
    )
  }

  async function replace() {
    stop.abort()
    await working
    stop = new AbortController()
    people = terminalPeople(kind.habits)
    strangers.clear()
    terminal = open()
    work()
  }

  return {
    serialNumber,
    kind,
    counts,
    strangers,
    people: () => people,
    work,
    /** Something happens at the terminal. */
    async mishap() {
      const what = random()
      const [one] = people
        .users()
        .filter(({ pin }) => !strangers.has(pin))
        .sort(() => random() - 0.5)
      if (what < 0.08) {
        counts.wipes++
        strangers.clear()
        people.wipe()
      } else if (what < 0.14) {
        counts.replacements++
        await replace()
      } else if (what < 0.4) {
        counts['power losses']++
        terminal.reboot()
      } else if (what < 0.5) {
        counts.edits++
        addStranger()
      } else if (one !== undefined) {
        counts.edits++
        if (what < 0.7) people.remove(one.pin)
        else people.put({ pin: one.pin, name: `Edited ${counts.edits}` })
      }
    },
    /** From here on nothing goes wrong, and what was sent comes again. */
    calm() {
      isCalm = true
      terminal.reboot()
    },
    async end() {
      stop.abort()
      await working
    },
  }
}

/**
 * How a terminal differs from what it should hold. Somebody who was edited at the terminal before the
 * roster had proved who it is may be a stranger to it, and stays as he is, wanted or not.
 *
 * @param {ReturnType<typeof openMember>} member
 * @param {readonly import('./hr.js').Employee[]} wanted
 * @param {ReadonlySet<string>} foreign the PINs of those whom the roster takes for strangers
 */
export function differencesOf({ people, kind, strangers }, wanted, foreign) {
  const memory = people()
  const names = new Map(memory.users().map(({ pin, name }) => [pin, name]))
  /** @type {string[]} */
  const found = []
  const isLeft = (/** @type {string} */ pin) => {
    return foreign.has(pin) && names.get(pin)?.startsWith('Edited')
  }
  for (const { pin, person, name } of wanted) {
    if (isLeft(pin)) continue
    if (names.get(pin) !== name) found.push(`${pin} is ${names.get(pin)}, not ${name}`)
    const templates = memory.templates(pin)
    for (const slot of kind.slots) {
      const kept = templates.find(({ type }) => type === slot)
      const expected = contentOf(person, slot === 'finger' ? '1' : '9')
      const isPhoto = kept?.photo === contentOf(person, 'photo')
      if (kept?.template !== expected && !isPhoto) found.push(`${pin} has another ${slot}`)
    }
    if (templates.length > kind.slots.length) found.push(`${pin} has too many templates`)
  }
  const known = new Set([...wanted.map(({ pin }) => pin), ...strangers.keys()])
  for (const [pin, name] of names) {
    if (!known.has(pin) && !isLeft(pin)) found.push(`${pin} is there as ${name}`)
  }
  return found
}

/** Strangers who were touched. @param {ReturnType<typeof openMember>} member */
export function touchedOf({ people, strangers }) {
  return [...strangers].filter(([pin, name]) => people().users(pin)[0]?.name !== name).length
}

/** Templates of one person under the user of another. @param {ReturnType<typeof openMember>} member @param {ReadonlyMap<string, ReadonlySet<string>>} namesOf the names that each person ever had */
export function mixedOf({ people }, namesOf) {
  const memory = people()
  return memory.templates().filter(({ pin, template, photo }) => {
    const name = memory.users(pin)[0]?.name
    if (name === undefined || name.startsWith('Edited')) return false
    return namesOf.get(`${ownerOf(photo ?? template)}`)?.has(name) === false
  }).length
}
