// A random history: terminals with people on them, an app that changes its mind, people who edit at
// terminals, and two processes that are killed at any step.
import { Deadline } from '../../../src/endpoint/deadline.js'
import type { CommandReply, UploadRecord } from '../../../src/index.js'
import { handOut } from '../../../src/queue/hand-out.js'
import { type Roster, type RosterOptions, type RosterPerson, roster } from '../../../src/roster.js'
import { Gate, type ModelAdapter, Process, turn } from './gate.js'
import { encoded, type Kind, Machine, type Row } from './machine.js'
import type { Random } from './random.js'

export interface Employee {
  person: string
  /** Raised by each change of the name. */
  edition: number
  /** Contents by finger and version, in clear. */
  fingers: Map<string, string>
  face?: string
  photo?: string
}

export interface Settings {
  deletes: 'apply' | 'report'
  maxDeletes: number
  /** Whether the people whom an older system has put there (`OLD_PINS`) may be deleted. */
  ownsOld: boolean
}

interface Served {
  machine: Machine
  outbox: Row[]
  reply?: CommandReply
  command?: { serialNumber: string; commandId: string; text: string }
  isBusy: boolean
}

// Longer than any call of a database takes.
const MOST_IDLE = 30_000
const LIMITS = { maxCommands: 1, maxBytes: 40_000, bytesOf: () => 1 }
export const PINS = ['1', '2', '3', '4']
export const OLD_PINS: readonly string[] = ['8', '9']
export const PEOPLE = ['ada', 'bo', 'cleo']

export class World {
  readonly random: Random
  readonly settings: Settings
  readonly storage: ModelAdapter
  readonly gate: Gate
  readonly served: Served[] = []
  /** Who belongs where: by terminal and PIN. */
  readonly desired = new Map<string, Map<string, Employee>>()
  /** Whoever was ever taken from a PIN: as `terminal PIN person`. */
  readonly left = new Set<string>()
  readonly enrolled = new Map<string, number>()
  issued = 0
  glitch: 'none' | 'throws' | 'empty' = 'none'
  isCalm = false
  errors: unknown[] = []
  #processes: { process: Process; people: Roster; passes: Set<string> }[] = []
  readonly #options: Partial<RosterOptions>
  readonly #name: string

  /** @param name of this history: its terminals are nobody else's in this storage */
  constructor(
    random: Random,
    settings: Settings,
    options: Partial<RosterOptions>,
    storage: ModelAdapter,
    name: string,
  ) {
    this.#name = name
    this.random = random
    this.settings = settings
    this.#options = options
    this.gate = new Gate(random)
    this.storage = {
      ...storage,
      issue: (commands) => {
        this.issued += commands.length
        return storage.issue(commands)
      },
    }
    for (let n = 0; n < 2; n++) this.#start()
  }

  add(kind: Kind): Served {
    const serialNumber = `${this.#name}T${this.served.length + 1}`
    const served: Served = { machine: new Machine(serialNumber, kind), outbox: [], isBusy: false }
    this.served.push(served)
    this.desired.set(serialNumber, new Map())
    return served
  }

  /** The terminal says what it is. */
  async hello({ machine }: Served): Promise<void> {
    const { serialNumber, kind, options } = machine
    const users = machine.count()
    await this.#any().adapter.onContact({
      ...{ serialNumber, at: new Date(), kind: 'handshake', family: kind.family },
      ...{ familyRank: 'stated', firmware: kind.firmware, model: 'M', options, users },
    })
  }

  #any(): Roster {
    return this.random.pick(this.#processes).people
  }

  #start(): void {
    const process = new Process(this.storage, this.gate)
    const people = roster({
      ...{ adapter: process.adapter, deletes: this.settings.deletes },
      ...{ maxDeletes: this.settings.maxDeletes, maxFleetDeletes: 10_000, readEvery: 1e12 },
      desired: (serialNumber) => this.#people(serialNumber, process),
      onEnrollment: ({ serialNumber, pin, records }) => this.#enroll(serialNumber, pin, records),
      owns: (_, pin) => this.settings.ownsOld && OLD_PINS.includes(pin),
      onError: (error) => this.errors.push(error),
      ...this.#options,
    })
    this.#processes.push({ process, people, passes: new Set() })
  }

  async *#people(serialNumber: string, process: Process): AsyncGenerator<RosterPerson> {
    await process.adapter.findTerminal(serialNumber)
    if (this.glitch === 'empty') return
    let isFirst = true
    for (const [pin, employee] of this.desired.get(serialNumber) ?? []) {
      if (!isFirst && this.glitch === 'throws') throw new Error('HR is away')
      isFirst = false
      yield personOf(pin, employee)
    }
    if (this.glitch === 'throws') throw new Error('HR is away')
  }

  #enroll(serialNumber: string, pin: string, records: readonly UploadRecord[]): void {
    for (const record of records) {
      if (record.kind !== 'fields') continue
      const get = (name: string) =>
        Object.entries(record.fields).find(([key]) => key.toLowerCase() === name)?.[1]
      const text = Buffer.from(get('tmp') ?? get('template') ?? '', 'base64').toString()
      this.enrolled.set(text, (this.enrolled.get(text) ?? 0) + 1)
      const version = record.type === 'biodata' ? Number(get('majorver')) : 10
      const type = record.type === 'biodata' ? get('type') : '1'
      const own = this.desired.get(serialNumber)?.get(pin)
      if (own === undefined || !text.startsWith(`${own.person} `) || type !== '1') continue
      own.fingers.set(`${get('no') ?? get('fid') ?? get('fingerid')} ${version}`, text)
    }
  }

  /** Runs one pass in a process; a process has one of a terminal at a time. */
  async pass(serialNumber: string, read = false, isDry = false): Promise<unknown> {
    const one = this.random.pick(this.#processes)
    if (one.passes.has(serialNumber)) return undefined
    one.passes.add(serialNumber)
    const options = { ...(read && { read }), ...(isDry && { dryRun: true }) }
    try {
      return await one.process.during(one.people.reconcile(serialNumber, options))
    } catch (error) {
      if (!/HR is away|would be deleted/.test(String(error))) throw error
      return undefined
    } finally {
      one.passes.delete(serialNumber)
    }
  }

  kill(): void {
    const [one] = this.#processes.splice(this.random.below(this.#processes.length), 1)
    one?.process.kill(this.gate)
    this.#start()
  }

  /** One exchange of a terminal: what it has to upload, or its reply, or a poll. */
  async serve(served: Served): Promise<boolean> {
    if (served.isBusy) return false
    served.isBusy = true
    try {
      return await this.#serve(served)
    } finally {
      served.isBusy = false
    }
  }

  async #serve(served: Served): Promise<boolean> {
    const { machine, outbox } = served
    const { serialNumber } = machine
    const { process, people } = this.random.pick(this.#processes)
    if (outbox.length > 0) {
      const rows = outbox.slice(0, 2)
      const isStored = await process.during(this.#upload(people, serialNumber, rows))
      if (isStored) outbox.splice(0, rows.length)
      return true
    }
    if (served.reply !== undefined) {
      const { reply, command } = served
      const isStored = await process.during(
        Promise.resolve(people.adapter.onReply(reply, command)).then(() => true),
      )
      if (isStored) delete served.reply
      return true
    }
    const polledAt = new Date()
    const contact = { serialNumber, at: polledAt, kind: 'poll' as const, users: machine.count() }
    await process.during(Promise.resolve(people.adapter.onContact(contact)))
    const found = await process.during(
      handOut(people.adapter, serialNumber, polledAt, LIMITS, () => 'utf-8', new Deadline(0, '')),
    )
    const [command] = found ?? []
    if (command === undefined) return false
    if (!this.isCalm && this.random.chance(0.08)) return this.#powerLost(served)
    const { code, rows, told } = machine.execute(command.text, this.random)
    outbox.push(...rows)
    const fields = told ?? {}
    served.command = command
    served.reply = {
      ...{ serialNumber, commandId: command.commandId, returnCode: code, commandName: 'DATA' },
      ...{ fields, raw: Buffer.alloc(0) },
    }
    if (!this.isCalm && this.random.chance(0.08)) return this.#powerLost(served)
    return true
  }

  async #powerLost(served: Served): Promise<boolean> {
    delete served.reply
    const { serialNumber } = served.machine
    await this.storage.release(serialNumber, new Date())
    return true
  }

  async #upload(people: Roster, serialNumber: string, rows: readonly Row[]): Promise<true> {
    const records = rows.map(({ type, fields }): UploadRecord => {
      return {
        kind: 'fields',
        type,
        fields: { ...fields },
        raw: Buffer.from(JSON.stringify([type, fields])),
      }
    })
    await people.adapter.onUpload({
      ...{ serialNumber, table: 'OPERLOG', query: {}, receivedAt: new Date(), records },
      ...{ unparsed: [], body: Buffer.alloc(0) },
    })
    return true
  }

  /** Lets everything through until nothing waits, as long as a task lasts. */
  async settle<Result>(task: Promise<Result>): Promise<Result> {
    let isDone = false
    const end = () => {
      isDone = true
    }
    task.then(end, end)
    for (let since = performance.now(); !isDone; ) {
      if (this.gate.isIdle) {
        await turn()
        if (performance.now() - since > MOST_IDLE) throw new Error('a task waits for nothing')
      } else {
        await this.gate.step()
        since = performance.now()
      }
    }
    return task
  }
}

export function nameOf({ person, edition }: Employee): string {
  return `${person} ${edition} ${person.repeat(12)}`
}

function personOf(pin: string, employee: Employee): RosterPerson {
  const { person, edition, fingers, face, photo } = employee
  const records = [...fingers].map(([key, content]): UploadRecord => {
    const [no = '', version = ''] = key.split(' ')
    return biodata(pin, '1', no, version, content)
  })
  if (face !== undefined) records.push(biodata(pin, '9', '0', '40', face))
  return {
    ...{ pin, person, name: nameOf(employee), card: String(100 + edition), templates: records },
    ...(photo !== undefined && { photo: encoded(photo) }),
    access: [{ timeZone: 1, doors: [1 + (edition % 2)] }],
  }
}

function biodata(
  pin: string,
  type: string,
  no: string,
  version: string,
  content: string,
): UploadRecord {
  const fields = {
    Pin: pin,
    No: no,
    Index: '0',
    Valid: '1',
    Type: type,
    MajorVer: version,
    MinorVer: '0',
    Format: '0',
    Tmp: encoded(content),
  }
  return { kind: 'fields', type: 'biodata', fields, raw: Buffer.alloc(0) }
}
