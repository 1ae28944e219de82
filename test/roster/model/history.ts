// One random history, and what must hold in it and after it.
import { vi } from 'vitest'
import { memoryAdapter } from '../../../src/index.js'
import type { RosterOptions } from '../../../src/roster.js'
import type { ModelAdapter } from './gate.js'
import { type Kind, ownerOf } from './machine.js'
import { Random } from './random.js'
import { type Employee, nameOf, OLD_PINS, PEOPLE, PINS, type Settings, World } from './world.js'

export interface Outcome {
  broken: string[]
}

const STEPS = 220
const HOUR = 3_600_000

type Served = World['served'][number]

/** Plays a history. */
export async function play(
  seed: number,
  options: Partial<RosterOptions> = {},
  storage: ModelAdapter = memoryAdapter(),
  name = '',
): Promise<string[]> {
  const random = new Random(seed)
  strangers = 0
  vi.setSystemTime(new Date('2026-11-01T00:00:00Z'))
  const mode = random.pick(['apply', 'apply', 'apply', 'report', 'few'] as const)
  const settings: Settings = {
    deletes: mode === 'report' ? 'report' : 'apply',
    maxDeletes: mode === 'few' ? 1 : 10_000,
    ownsOld: random.chance(0.3),
  }
  const world = new World(random, settings, options, storage, name)
  for (let n = 1 + random.below(2); n > 0; n--) {
    const served = world.add(kindOf(random))
    for (let k = random.below(3); k > 0; k--) stranger(world, served)
    served.outbox.length = 0
    await world.settle(world.hello(served))
  }
  const broken = new Set<string>()
  const tasks: Promise<unknown>[] = []
  const follow = (task: Promise<unknown>) => {
    tasks.push(task.catch((error) => broken.add(`rejected: ${(error as Error).stack ?? error}`)))
  }
  for (let step = 0; step < STEPS; step++) {
    vi.setSystemTime(Date.now() + random.below(20_000))
    await happen(world, follow)
    for (let n = random.below(8); n > 0 && !world.gate.isIdle; n--) await world.gate.step()
  }
  world.glitch = 'none'
  await world.settle(Promise.all(tasks))
  check(world, broken, mode)
  if (broken.size === 0 && mode !== 'few') await calmDown(world, broken, mode)
  for (const error of world.errors) broken.add(`reported: ${(error as Error).stack ?? error}`)
  return [...broken]
}

function kindOf(random: Random): Kind {
  const face = random.pick([undefined, 39, 40])
  return {
    family: random.pick(['attendance', 'access'] as const),
    finger: random.pick([10, 12]),
    face,
    takesPhotos: face !== undefined && random.chance(0.6),
    capacity: random.chance(0.15) ? 3 : 100,
    nameBytes: random.pick([24, 24, 20]),
    isSticky: random.chance(0.5),
    knowsQueryAll: random.chance(0.85),
    knowsQueryOne: random.chance(0.9),
    returnsCount: random.chance(0.5),
    echoes: random.chance(0.5),
    losesTemplates: random.chance(0.3),
    firmware: 'F1',
  }
}

async function happen(world: World, follow: (task: Promise<unknown>) => void): Promise<void> {
  const { random, served } = world
  const one = random.pick(served)
  const chosen = random.next()
  if (chosen < 0.09) change(world, one)
  else if (chosen < 0.22) follow(world.pass(one.machine.serialNumber))
  else if (chosen < 0.25) world.kill()
  else if (chosen < 0.28) await byHand(world, one)
  else if (chosen < 0.31) world.glitch = random.pick(['none', 'none', 'throws', 'empty'] as const)
  else if (chosen < 0.32) follow(world.pass(one.machine.serialNumber, true))
  else if (chosen < 0.33) follow(world.pass(one.machine.serialNumber, false, true))
  else follow(world.serve(one))
}

/** The app changes its mind about a PIN. */
function change(world: World, { machine }: Served): void {
  const { random } = world
  const { serialNumber } = machine
  const own = world.desired.get(serialNumber) as Map<string, Employee>
  const pin = random.pick(PINS)
  const known = own.get(pin)
  const leave = () => known && world.left.add(`${serialNumber} ${pin} ${known.person}`)
  if (random.chance(0.25)) {
    leave()
    own.delete(pin)
    return
  }
  if (known === undefined || random.chance(0.15)) {
    const person = random.pick(PEOPLE)
    if (person !== known?.person) {
      leave()
      own.set(pin, { person, edition: random.below(9), fingers: new Map() })
    }
  }
  const employee = own.get(pin) as Employee
  const { person } = employee
  switch (random.below(5)) {
    case 0:
      employee.edition++
      return
    case 1:
      employee.fingers.set(
        `${random.below(2)} ${random.pick([10, 12])}`,
        `${person} finger ${random.below(1000)}`,
      )
      return
    case 2:
      employee.face = `${person} face ${random.below(1000)}`
      return
    case 3:
      employee.photo = `${person} photo ${random.below(1000)}`
      return
    default:
      employee.fingers.clear()
  }
}

let strangers = 0

function stranger(world: World, { machine, outbox }: Served): void {
  const pin = world.random.pick([...PINS, ...OLD_PINS])
  if (machine.users.has(pin) || machine.users.size >= machine.kind.capacity) return
  const name = `zed${++strangers}`
  machine.slots.delete(pin)
  machine.users.set(pin, { name: `${name} foreign`, pri: '0', card: '' })
  machine.slotsOf(pin).set('finger 5', `${name} finger`)
  outbox.push(...machine.rowOf(pin), ...machine.templateRows(pin))
}

/** Somebody at the terminal. */
async function byHand(world: World, served: Served): Promise<void> {
  const { random } = world
  const { machine, outbox } = served
  // What is on the wire meanwhile can't know of it.
  if (served.isBusy || served.reply !== undefined) return
  const ours = [...machine.users].filter(([, { name }]) => !name.startsWith('zed'))
  const canBeRead = machine.kind.knowsQueryAll || machine.kind.knowsQueryOne
  const [pin, user] = ours.length > 0 ? random.pick(ours) : []
  switch (random.below(5)) {
    case 0:
      stranger(world, served)
      return
    case 1:
      if (pin === undefined || user === undefined) return
      machine.users.set(pin, { ...user, name: `${ownerOf(user.name)} by hand ${++strangers}` })
      outbox.push(...machine.rowOf(pin))
      return
    case 2:
      if (pin === undefined || user === undefined) return
      machine.slotsOf(pin).set('finger 7', `${ownerOf(user.name)} enrolled ${random.below(1000)}`)
      outbox.push(machine.fingerRow(pin, '7', machine.slotsOf(pin).get('finger 7') ?? ''))
      return
    case 3:
      if (pin === undefined || !canBeRead) return
      machine.users.delete(pin)
      machine.slots.delete(pin)
      return
    default:
      if (!canBeRead || !random.chance(0.3)) return
      machine.wipe()
      outbox.length = 0
      delete served.reply
      await world.storage.release(machine.serialNumber, new Date())
  }
}

function check(world: World, broken: Set<string>, mode: string): void {
  for (const { machine } of world.served) {
    for (const one of machine.mixed) broken.add(`mixed: ${one}`)
    for (const { pin, user, wasRead } of machine.deleted) {
      const place = `${machine.serialNumber} ${pin} ${ownerOf(user.name)}`
      if (user.name.startsWith('zed')) {
        const isOwned = world.settings.ownsOld && OLD_PINS.includes(pin)
        if (!isOwned) broken.add(`a stranger was deleted: ${place}`)
        else if (!wasRead) broken.add(`deleted before everybody was shown: ${place}`)
      } else if (!world.left.has(place)) broken.add(`deleted, and always wanted: ${place}`)
      if (mode === 'report') broken.add(`deleted under report: ${place}`)
    }
    if (mode === 'few' && new Set(machine.deleted.map(({ pin }) => pin)).size > 1) {
      broken.add(`more deleted than may be: ${machine.deleted.map(({ pin }) => pin)}`)
    }
  }
}

async function calmDown(world: World, broken: Set<string>, mode: string): Promise<void> {
  world.isCalm = true
  let last = ''
  for (let round = 0; round < 40; round++) {
    vi.setSystemTime(Date.now() + (round < 6 ? 10 * 60_000 : 30 * HOUR))
    const before = world.issued
    for (const served of world.served) {
      await world.settle(world.hello(served))
      await world.settle(world.pass(served.machine.serialNumber, round === 1))
      for (let n = 0; n < 300; n++) if (!(await world.settle(world.serve(served)))) break
    }
    check(world, broken, mode)
    if (broken.size > 0) return
    last = await differences(world, mode)
    if (world.issued === before && last === '' && round > 4) return
  }
  broken.add(last === '' ? 'it never stops issuing' : `never in step: ${last}`)
}

async function differences(world: World, mode: string): Promise<string> {
  const found: string[] = []
  for (const { machine } of world.served) {
    const { serialNumber, kind } = machine
    const rows = (await world.storage.listRoster({ serialNumber, limit: 1000 })).rows
    const isRead = rows.some((row) => row.pin === '' && row.content.includes('"mode":"all"'))
    const canShow = kind.knowsQueryAll || kind.knowsQueryOne
    const stateOf = (pin: string) => rows.find((row) => row.pin === pin)?.state
    const own = world.desired.get(serialNumber) ?? new Map()
    for (const pin of new Set([...PINS, ...OLD_PINS])) {
      const user = machine.users.get(pin)
      const employee: Employee | undefined = own.get(pin)
      const state = stateOf(pin)
      const say = (what: string) =>
        found.push(
          `${serialNumber} ${pin} ${state}: ${what} ${rows.find((row) => row.pin === pin)?.content}`,
        )
      if (user?.name.startsWith('zed')) {
        // Nobody is put over a stranger.
        if (employee && state !== 'conflict' && canShow) say('a stranger is there')
        const isOwned = world.settings.ownsOld && OLD_PINS.includes(pin) && mode === 'apply'
        if (isOwned && own.size > 0 && isRead) say('a stranger should be gone')
        continue
      }
      // Nobody is deleted under report, nor because nobody at all is wanted.
      if ((mode === 'report' || own.size === 0) && state === 'unwanted') continue
      // A terminal that may be another one: a person says whether it is the same Bo.
      if (user?.name.includes('by hand') && (state === 'conflict' || state === 'foreign')) continue
      if (employee === undefined) {
        if (user !== undefined) say(`${user.name} should be gone`)
        continue
      }
      if (user === undefined) {
        const mayFail = !canShow || machine.users.size >= kind.capacity
        if (!(state === 'failed' && mayFail)) say('is not there')
        continue
      }
      if (ownerOf(user.name) !== employee.person) {
        if (!(state === 'failed' && !canShow)) say(`is ${user.name}, not ${employee.person}`)
        continue
      }
      if (
        user.name !== machine.cut(nameOf(employee).slice(0, 24)) &&
        user.name.trim() !== machine.cut(nameOf(employee)).trim()
      )
        say(`is called ${user.name}`)
      const slots = expected(kind, employee)
      for (const [slot, content] of machine.slotsOf(pin)) {
        // What somebody enrolled at the terminal stays, also if the app drops it later.
        if (content.includes('enrolled') && !slots.has(slot)) continue
        if (slots.get(slot) === content) slots.delete(slot)
        else if (mode === 'apply' && !slot.startsWith('face') && slot !== 'photo 0')
          say(`has ${slot} ${content}`)
      }
      for (const [slot, content] of slots) say(`lacks ${slot} ${content}`)
      if (kind.family === 'access') {
        const doors = machine.doors.get(pin) ?? []
        if (`${doors}` !== `1 ${1 + (employee.edition % 2)}`) say(`opens ${doors}`)
      }
      if (state !== 'present') say('is not said to be present')
    }
  }
  return found.join('\n')
}

function expected(kind: Kind, { fingers, face, photo, person: _ }: Employee): Map<string, string> {
  const slots = new Map<string, string>()
  for (const [key, content] of fingers) {
    const [no, version] = key.split(' ')
    if (Number(version) === kind.finger) slots.set(`finger ${no}`, content)
  }
  if (face !== undefined && kind.face === 40) slots.set('face 0', face)
  else if (photo !== undefined && kind.takesPhotos && kind.face !== undefined)
    slots.set('photo 0', photo)
  return slots
}
