// The people that a terminal keeps: its memory, what is done by hand, and what a command does.
import { checkCounts, wrong } from './check.js'
import type { Execution } from './execution.js'
import { executeAtDoor } from './people/door.js'
import { deleteByHand, editUser, enroll, type TerminalEnrollment } from './people/enrollment.js'
import { type AlgorithmVersion, type Habits, Memory } from './people/memory.js'
import {
  TEMPLATE_TYPES,
  type TemplateType,
  type TerminalAuthorization,
  type TerminalPhoto,
  type TerminalTemplate,
  type TerminalUser,
} from './people/person.js'
import { executeOnTimeClock } from './people/time-clock.js'

export type {
  TemplateType,
  TerminalAuthorization,
  TerminalEnrollment,
  TerminalPhoto,
  TerminalTemplate,
  TerminalUser,
}

/** A user to add or change: `pin`, and what is given of the rest. */
export type TerminalUserInput = Partial<TerminalUser> & Pick<TerminalUser, 'pin'>

/** The options of `terminalPeople`. */
export interface TerminalPeopleOptions {
  /** Users that are there from the start; none by default. */
  users?: readonly TerminalUserInput[]
  /** How many users fit; 10,000 by default. Another one is refused (-1001). */
  capacity?: number
  /** How many templates of one type fit; 10,000 by default. */
  templateCapacity?: number
  /**
   * The versions of its algorithms, by type; it has no others. `{ finger: '10.0', face: '58.12' }`
   * by default. A template of another version is refused (-30).
   */
  versions?: Readonly<Partial<Record<TemplateType, string>>>
  /** Whether it makes a template of a face from a photo; by default if it has faces. */
  takesPhotos?: boolean
  /**
   * How its options tell what it takes: as `lists` such as `MultiBioVersion` (default), or `flat`
   * as older firmware, such as `FaceVersion`.
   */
  announces?: 'lists' | 'flat'
  /** How many bytes of a name it keeps; 24 by default. */
  nameBytes?: number
  /** Whether an update resets the fields that it doesn't name; true by default. */
  resetsFields?: boolean
  /** Whether the photo stays when a user is deleted; false by default. */
  keepsPhotos?: boolean
  /** Which queries its firmware knows: `all`, only those for `one` PIN, or `none` (-1002). */
  queries?: 'all' | 'one' | 'none'
  /** How many rows it uploads at once; 15 by default. */
  batchSize?: number
  /** Whether a time clock replies to a query with the number of rows; false by default. */
  returnsCount?: boolean
  /**
   * What it uploads of what is done by hand: the `rows` (default), the `operations` alone, or
   * `nothing`.
   */
  reports?: 'rows' | 'operations' | 'nothing'
  /** After how many rows of a query it breaks off; by default it sends all of them. */
  sendsRows?(total: number): number
}

/** The people on a terminal; they survive power loss. */
export interface TerminalPeople {
  /** The users, or the one with this PIN. */
  users(pin?: string): TerminalUser[]
  /** The templates, or those under this PIN. */
  templates(pin?: string): TerminalTemplate[]
  /** The photos that faces are compared with, or the one under this PIN. */
  photos(pin?: string): TerminalPhoto[]
  /** What users may open, or the user with this PIN. */
  authorizations(pin?: string): TerminalAuthorization[]

  /** Adds or edits a user by hand. Fields that aren't given stay. */
  put(user: TerminalUserInput): void
  /** Deletes a user by hand, with all that belongs to it. */
  remove(pin: string): void
  /**
   * A person shows a finger, a face or a hand.
   *
   * @throws TypeError if the terminal has no such user, or no such type
   */
  enroll(enrollment: TerminalEnrollment): TerminalTemplate
  /** Factory reset: everybody is gone, and nothing of it is uploaded. */
  wipe(): void
}

const memories = new WeakMap<TerminalPeople, Memory>()

/**
 * Returns the memory of a terminal for people: the option `people` of `virtualTerminal`. The
 * terminal then executes commands about people, answers queries, uploads what is done by hand, and
 * tells how many it has. A new one under the same serial number is a terminal that was replaced.
 *
 * @throws TypeError if an option is invalid
 * @example
 * const people = terminalPeople({ capacity: 500 })
 * const terminal = virtualTerminal({ server, serialNumber: '0316144680030', people })
 * people.put({ pin: '7', name: 'Ada' })
 */
export function terminalPeople(options: TerminalPeopleOptions = {}): TerminalPeople {
  const memory = new Memory(habitsOf(options))
  for (const user of options.users ?? []) memory.putUser(checkUser(user), true)
  const people: TerminalPeople = {
    users: (pin) => memory.users(pin).map((user) => ({ ...user })),
    templates: (pin) => memory.templates(pin).map((template) => ({ ...template })),
    photos: (pin) => memory.photos(pin).map((photo) => ({ ...photo })),
    authorizations: (pin) => memory.authorizations(pin).map((each) => ({ ...each })),
    put: (user) => editUser(memory, checkUser(user)),
    remove: (pin) => deleteByHand(memory, pin),
    enroll(enrollment) {
      const { pin, type = 'finger' } = enrollment
      if (!memory.has(pin)) throw wrong('pin', pin, 'a user of this terminal')
      if (!memory.habits.versions.has(type)) {
        throw wrong('type', type, `one of ${[...memory.habits.versions.keys()].join(', ')}`)
      }
      return { ...enroll(memory, enrollment) }
    },
    wipe: () => memory.wipe(),
  }
  memories.set(people, memory)
  return people
}

/** The memory behind `people`. Throws a TypeError if `terminalPeople` did not make it. */
export function memoryOf(people: TerminalPeople | undefined): Memory | undefined {
  if (people === undefined) return undefined
  const memory = memories.get(people)
  if (memory === undefined) throw wrong('people', people, 'what terminalPeople() returns')
  return memory
}

/** What a command does to people; 0 if it isn't about them. */
export function executeOn(
  memory: Memory | undefined,
  text: string,
  { family, echoes }: { family: 'attendance' | 'access'; echoes: boolean },
): Execution {
  if (memory === undefined) return 0
  const execute = family === 'access' ? executeAtDoor : executeOnTimeClock
  return execute(memory, text, echoes) ?? 0
}

function checkUser(user: TerminalUserInput): TerminalUserInput {
  const pin: unknown = user?.pin
  if (typeof pin === 'string' && pin !== '') return user
  throw wrong('pin', pin, "a string such as '7'")
}

function habitsOf(options: TerminalPeopleOptions): Habits {
  const { versions = { finger: '10.0', face: '58.12' } } = options
  checkCounts(options, ['capacity', 'templateCapacity', 'nameBytes'], 0)
  checkCounts(options, ['batchSize'], 1)
  const read = new Map(Object.entries(versions).map(([type, text]) => versionOf(type, text)))
  return {
    capacity: options.capacity ?? 10_000,
    templateCapacity: options.templateCapacity ?? 10_000,
    takesPhotos: options.takesPhotos ?? read.has('face'),
    nameBytes: options.nameBytes ?? 24,
    resetsFields: options.resetsFields ?? true,
    keepsPhotos: options.keepsPhotos ?? false,
    batchSize: options.batchSize ?? 15,
    returnsCount: options.returnsCount ?? false,
    sendsRows: (total) => options.sendsRows?.(total) ?? total,
    announces: choice(options, 'announces', ['lists', 'flat']),
    queries: choice(options, 'queries', ['all', 'one', 'none']),
    reports: choice(options, 'reports', ['rows', 'operations', 'nothing']),
    versions: read,
  }
}

function choice<Name extends 'announces' | 'queries' | 'reports'>(
  options: TerminalPeopleOptions,
  name: Name,
  choices: readonly [Habits[Name], ...Habits[Name][]],
): Habits[Name] {
  const value = (options[name] as Habits[Name] | undefined) ?? choices[0]
  if (!choices.includes(value)) throw wrong(name, value, `one of ${choices.join(', ')}`)
  return value
}

function versionOf(type: string, text: unknown): [TemplateType, AlgorithmVersion] {
  const known = TEMPLATE_TYPES.find((each) => each === type)
  if (known === undefined) throw wrong('versions', type, `one of ${TEMPLATE_TYPES.join(', ')}`)
  const [, major, minor = '0'] = /^(\d{1,3})(?:\.(\d{1,3}))?$/.exec(String(text)) ?? []
  if (major === undefined) throw wrong(`versions.${type}`, text, "a version such as '58.12'")
  return [known, { major: Number(major), minor: Number(minor) }]
}
