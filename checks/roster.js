// A fleet of terminals of six kinds with the roster: HR changes its mind, people edit at terminals, and apps, database and
// terminals are killed; at the end each terminal must hold who belongs there, and no stranger may be touched.
// npm run test:roster [-- --terminals 50 --people 8 --seconds 60 --seed 1 --storage postgres|mongodb-apps]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { NoServer } from './crash/database.js'
import { openGround } from './crash/ground.js'
import { differencesOf, mixedOf, openMember, touchedOf } from './roster/fleet.js'
import { publish } from './roster/hr.js'
import { openOffice } from './roster/office.js'

const APP = new URL('roster/app.js', import.meta.url)

const { values } = parseArgs({
  options: {
    terminals: { type: 'string', default: '50' },
    people: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: `${Date.now() % 100_000}` },
    storage: { type: 'string', default: 'postgres' },
    // A query whose answer was lost is asked again after five minutes, and then after a pause.
    settle: { type: 'string', default: '600' },
  },
})
// So that a larger fleet sends as many requests a second: what is answered too late is lost, and waits for a minute or five.
const PACE = Math.max(1, Number(values.terminals) / 12)
const print = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`)
const random = randomFrom(Number(values.seed))
const below = (/** @type {number} */ most) => Math.floor(random() * most)
const { namesOf, employee, changeMind } = openOffice(random)

/** @param {number} seed */
function randomFrom(seed) {
  let state = Math.imul(seed, 2654435761) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

async function run() {
  const folder = await mkdtemp(join(tmpdir(), 'roster-'))
  const file = join(folder, 'hr.json')
  process.env.HR_FILE = file
  process.env.PASS_EVERY = `${Math.round(5000 * PACE)}`
  const serialNumbers = Array.from({ length: Number(values.terminals) }, (_, n) => `ROSTER${n}`)
  /** @type {import('./roster/hr.js').Places} */
  const places = Object.fromEntries(
    serialNumbers.map((serialNumber) => [
      serialNumber,
      Array.from({ length: Number(values.people) }, (_, n) => employee(`${n + 1}`)),
    ]),
  )
  await publish(file, places)
  const ground = await openGround(/** @type {any} */ (values.storage), undefined, { program: APP })
  const members = serialNumbers.map((serialNumber, index) => {
    return openMember(ground.url, serialNumber, index, {
      random: randomFrom(Number(values.seed) + index + 1),
      pace: PACE,
    })
  })
  let mixed = 0
  const look = () => {
    for (const member of members) mixed += mixedOf(member, namesOf)
  }
  try {
    print(`${ground.title}: ${members.length} terminals, seed ${values.seed}`)
    for (const member of members) member.work()
    /** @type {Record<string, number>} */
    const done = { changes: 0 }
    for (const end = Date.now() + Number(values.seconds) * 1000; Date.now() < end; ) {
      await wait(500 + random() * 1000)
      for (let count = 0; count < 3; count++) {
        const [serialNumber] = serialNumbers.slice(below(serialNumbers.length))
        changeMind(places[`${serialNumber}`] ?? [])
        done.changes = (done.changes ?? 0) + 1
        await ask(ground.url, 'changed', { serialNumber })
      }
      await publish(file, places)
      await members[below(members.length)]?.mishap()
      look()
      if (random() < 0.15) {
        const what = await ground.kill(random(), random() * 500)
        done[what] = (done[what] ?? 0) + 1
      }
    }
    const settled = await settle(ground.url, members, places, look)
    for (const { counts } of members) {
      for (const [what, count] of Object.entries(counts)) done[what] = (done[what] ?? 0) + count
    }
    const faults = {
      'terminals out of step': settled.left.length,
      'strangers touched': members.reduce((sum, member) => sum + touchedOf(member), 0),
      'templates under another person': mixed,
    }
    print(`  done: ${inWords(done)}, in step after ${Math.round(settled.took / 1000)} s`)
    print(`  must be 0: ${inWords(faults)}`)
    for (const line of settled.left) print(`  ${line}`)
    return Object.values(faults).every((count) => count === 0)
  } finally {
    await Promise.all(members.map((member) => member.end()))
    await ground.remove()
    await rm(folder, { recursive: true })
  }
}

/**
 * Lets everything come to rest: each terminal is read once, as it is by the clock.
 *
 * @param {string} url
 * @param {ReturnType<typeof openMember>[]} members
 * @param {import('./roster/hr.js').Places} places
 * @param {() => void} look
 */
async function settle(url, members, places, look) {
  const began = Date.now()
  for (const member of members) member.calm()
  await wait(3000)
  for (const { serialNumber } of members) await ask(url, 'read', { serialNumber })
  /** @param {ReturnType<typeof openMember>} member */
  const differences = async (member) => {
    const { serialNumber, kind } = member
    const wanted = places[serialNumber] ?? []
    if (differencesOf(member, wanted, new Set()).length === 0) return []
    const rows = (await ask(url, 'status', { serialNumber })) ?? []
    const strangers = rows.filter((/** @type {{ state: string }} */ { state }) =>
      ['conflict', 'foreign'].includes(state),
    )
    const pins = new Set(strangers.map((/** @type {{ pin: string }} */ { pin }) => pin))
    const found = differencesOf(member, wanted, pins)
    const states = found.slice(0, 2).map((line) => {
      const row = rows.find((/** @type {{ pin: string }} */ { pin }) => pin === line.split(' ')[0])
      return `${line} (${row?.state}: ${row?.meaning})`
    })
    return found.length === 0 ? [] : [`${serialNumber} (${kind.dialect}): ${states.join('; ')}`]
  }
  for (let round = 1; ; round++) {
    look()
    const left = (await Promise.all(members.map(differences))).flat()
    const took = Date.now() - began
    if (left.length === 0 || took > Number(values.settle) * 1000)
      return { left: await explained(left), took }
    // As a person does who doesn't wait for the growing pauses after what failed.
    const late = round % 10 === 0 ? left.map((line) => line.split(' ')[0]) : []
    for (const serialNumber of late) {
      await ask(url, 'changed', { serialNumber })
      if (round % 30 === 0) await ask(url, 'read', { serialNumber })
    }
    await wait(1000)
  }

  /** With what is still open, and when the terminal was last seen. @param {string[]} lines */
  async function explained(lines) {
    return Promise.all(
      lines.map(async (line) => {
        const [serialNumber = ''] = line.split(' ')
        const { lastSeenAt, rows = [] } = (await ask(url, 'open', { serialNumber })) ?? {}
        const [next] = rows.slice(-1)
        const open =
          next &&
          `${next.text.slice(0, 40)}, sent ${next.attemptsMade} times, due ${next.replyDueAt}`
        return `${line}; seen ${lastSeenAt}, ${rows.length} open: ${open}`
      }),
    )
  }
}

/** Nothing if the app died. @param {string} url @param {string} call @param {object} body @returns {Promise<any>} */
async function ask(url, call, body) {
  const headers = { 'content-type': 'application/json', connection: 'close' }
  const options = { method: 'POST', headers, body: JSON.stringify(body) }
  return fetch(`${url}/${call}`, options)
    .then((answer) => (answer.ok ? answer.json() : undefined))
    .catch(() => undefined)
}

/** @param {Record<string, number>} counts */
const inWords = (counts) =>
  Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const began = Date.now()
try {
  const isRight = await run()
  print(`${isRight ? 'passed' : 'failed'} after ${Math.round((Date.now() - began) / 1000)} s`)
  print(isRight ? '1 passed, 0 failed' : '0 passed, 1 failed')
  process.exitCode = isRight ? 0 : 1
} catch (error) {
  if (!(error instanceof NoServer) || process.env.REQUIRE_POSTGRES === '1') throw error
  print(`skipped: ${error.message}\n0 passed, 0 failed, 1 skipped`)
}
