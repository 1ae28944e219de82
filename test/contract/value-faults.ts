// Faults of adapters that change values on their way: what is text, a number, a moment, bytes or a
// list comes back as something else. Each under the case that refuses it.
import { keyOf } from '../../src/command.js'
import type { Contact, UploadRecord } from '../../src/index.js'
import type { CommandRecord, DeliveryTerms } from '../../src/queue/storage.js'
import {
  claimingBy,
  factsOf,
  isClaimable,
  issuing,
  issuingCommand,
  openBy,
} from './command-faults.js'
import { opening } from './open-faults.js'
import { keepingChanged } from './reply-faults.js'
import { telling } from './terminal-faults.js'
import { changingLines } from './upload-faults.js'
import type { Fault } from './whole.js'

type Change = (text: string) => string
type Faults = Record<string, Fault>

const astral = /[\u{10000}-\u{10ffff}]/gu

// What databases, languages and careless code do to text.
const TEXTS: Readonly<Record<string, Change>> = {
  trims: (text) => text.trim(),
  'trims the end of': (text) => text.trimEnd(),
  composes: (text) => text.normalize(),
  decomposes: (text) => text.normalize('NFD'),
  'keeps three bytes of each character of': (text) => text.replace(astral, '?'),
  'keeps Latin-1 of': (text) => text.replace(/[^ -ÿ\t]/g, '?'),
}

// What the endpoint keeps of these has no blanks around it.
const { trims: _, 'trims the end of': __, ...FACT_TEXTS } = TEXTS

const NUL: Readonly<Record<string, Change>> = {
  'cuts at a NUL': (text) => text.replace(/\0.*/s, ''),
  'drops NUL from': (text) => text.replaceAll('\0', ''),
}

/** A fault for each of these changes. */
function each(
  changes: Readonly<Record<string, Change>>,
  what: string,
  plant: (change: Change) => Fault,
): Faults {
  return Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [`${name} ${what}`, plant(change)]),
  )
}

/** A fault for each length at which something is cut. */
function cut(lengths: readonly number[], what: string, plant: (length: number) => Fault): Faults {
  return Object.fromEntries(lengths.map((length) => [`cuts ${what} at ${length}`, plant(length)]))
}

const cutText = (length: number) => (text: string) => text.slice(0, length)

// Seconds of 32 bits, as some columns and languages count.
const wrapped = (date: Date | undefined) =>
  date && new Date(((+date / 1000) | 0) * 1000 + (+date % 1000))
const unsigned = (date: Date | undefined) =>
  date && new Date(((+date / 1000) >>> 0) * 1000 + (+date % 1000))
const toSeconds = (date: Date | undefined) => date && new Date(Math.floor(+date / 1000) * 1000)

type Members = Record<string, unknown>

const OWN = ['serialNumber', 'commandId', 'text']

// Changes the app's own members, with all that is in them.
const members = (change: (member: [string, unknown]) => [string, unknown][]): Fault => {
  const changed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(changed)
    if (typeof value !== 'object' || value === null) return change(['', value])[0]?.[1]
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, own]) => change([name, changed(own)])),
    )
  }
  return issuingCommand((command) => {
    const given = Object.entries(command).filter(([name]) => !OWN.includes(name))
    const before = Object.fromEntries(given.map(([name]) => [name, undefined]))
    const after = Object.fromEntries(given.flatMap(([name, own]) => change([name, changed(own)])))
    return { ...before, ...after }
  })
}
const memberNames = (change: Change) => members(([name, value]) => [[change(name), value]])
const memberTexts = (change: Change) =>
  members(([name, value]) => [[name, typeof value === 'string' ? change(value) : value]])
const memberValues = (change: (value: unknown) => unknown) =>
  members(([name, value]) => [[name, change(value)]])

const terms = (change: (terms: DeliveryTerms) => object) =>
  issuing(({ terms }) => ({ terms: { ...terms, ...change(terms) } }))
const key = (change: Change) => terms(({ key }) => ({ key: key && change(key) }))

const MEMBER_FAULTS: Faults = {
  ...each({ ...TEXTS, ...NUL }, 'members', memberTexts),
  ...each(
    { ...TEXTS, ...NUL, 'puts in lower case': (name) => name.toLowerCase() },
    'names of members',
    memberNames,
  ),
  'keeps no member without a name': members((one) => (one[0] === '' ? [] : [one])),
  'keeps no member called __proto__': members((one) => (one[0] === '__proto__' ? [] : [one])),
  'keeps no names with a dot': members((one) => (one[0].includes('.') ? [] : [one])),
  'replaces dots in names': memberNames((name) => name.replaceAll('.', '_')),
  'keeps no names that begin with a dollar': members((one) =>
    one[0].startsWith('$') ? [] : [one],
  ),
  'keeps no false': memberValues((value) => (value === false ? undefined : value)),
  'keeps false as 0': memberValues((value) => (value === false ? 0 : value)),
  'keeps 0 as null': memberValues((value) => value || null),
  'keeps empty text as null': memberValues((value) => (value === '' ? null : value)),
  'keeps null as text': memberValues((value) => (value === null ? 'null' : value)),
  'reads text as numbers': memberValues((value) => (value === '0' ? 0 : value)),
  'reads text as null': memberValues((value) => (value === 'null' ? null : value)),
  'reads text as dates': memberValues((value) =>
    typeof value === 'string' && /T00:00/.test(value) ? new Date(value) : value,
  ),
  'keeps whole numbers': memberValues((value) =>
    typeof value === 'number' ? Math.round(value) : value,
  ),
  'keeps numbers of 32 bits': memberValues((value) =>
    Number.isInteger(value) ? Number(value) | 0 : value,
  ),
  'keeps empty lists as null': memberValues((value) =>
    Array.isArray(value) && value.length === 0 ? null : value,
  ),
  ...cut([4, 5, 16], 'members', (length) =>
    issuingCommand((command) => {
      const given = Object.keys(command).filter((name) => !OWN.includes(name))
      return Object.fromEntries(given.slice(length).map((name) => [name, undefined]))
    }),
  ),
  ...cut([255, 400, 4000], 'members', (length) => memberTexts(cutText(length))),
  'assigns members to an object with a prototype': issuingCommand((command) => {
    const copy: Members = {}
    for (const [name, value] of Object.entries(command)) copy[name] = value
    return Object.hasOwn(command, '__proto__') ? { ['__proto__']: undefined } : copy
  }),
  ...cut([65_535, 1_048_576], 'texts', (length) =>
    issuingCommand(({ text }) => ({ text: text.slice(0, length) })),
  ),
  ...each(TEXTS, 'texts', (change) => issuingCommand(({ text }) => ({ text: change(text) }))),
}

const TERM_FAULTS: Faults = {
  ...each(TEXTS, 'keys', key),
  'puts keys in lower case': key((text) => text.toLowerCase()),
  ...cut([50, 64, 100, 191, 199], 'keys', (length) => key(cutText(length))),
  'keeps attempts up to 99': terms(({ attempts }) => ({ attempts: Math.min(attempts, 99) })),
  'keeps replyWithin of 32 bits': terms(({ replyWithin }) => ({ replyWithin: replyWithin | 0 })),
  'keeps replyWithin up to a day': terms(({ replyWithin }) => ({
    replyWithin: Math.min(replyWithin, 86_400_000),
  })),
  'keeps replyWithin in seconds': terms(({ replyWithin }) => ({
    replyWithin: Math.floor(replyWithin / 1000) * 1000,
  })),
  'forgets endsAnswer': terms(() => ({ endsAnswer: undefined })),
  'forgets the encoding': terms(() => ({ encoding: undefined })),
  'keeps when it expires in seconds of 32 bits': terms(({ expiresAt }) => ({
    expiresAt: wrapped(expiresAt),
  })),
  'keeps when it expires in whole seconds': terms(({ expiresAt }) => ({
    expiresAt: toSeconds(expiresAt),
  })),
  'keeps the end in seconds of 32 bits': issuing(({ openUntil }) => ({
    openUntil: wrapped(openUntil),
  })),
  'keeps the end in unsigned seconds of 32 bits': issuing(({ openUntil }) => ({
    openUntil: unsigned(openUntil),
  })),
}

const isEnded = ({ openUntil }: CommandRecord, now: Date) =>
  openUntil !== undefined && openUntil <= now
const isOpenBut = (isOver: (record: CommandRecord, now: Date) => boolean) =>
  openBy((record, now) => {
    return Boolean(record.terms && !record.reply && !record.cancelled && !isOver(record, now))
  })
const claimableBut = (isOver: (record: CommandRecord, now: Date) => boolean) =>
  claimingBy((record, claim) => {
    const { openUntil: _, ...rest } = record
    return isClaimable(rest, claim) && !isOver(record, claim.sentAt)
  })

const END_FAULTS: Faults = Object.fromEntries(
  Object.entries({
    'before the first attempt alone': (record: CommandRecord, now: Date) =>
      record.attemptsMade === 0 && isEnded(record, now),
    'before the second attempt alone': (record: CommandRecord, now: Date) =>
      record.attemptsMade <= 1 && isEnded(record, now),
    'in seconds of 32 bits': ({ openUntil }: CommandRecord, now: Date) =>
      isEnded(
        { attemptsMade: 0, ...(openUntil && { openUntil: wrapped(openUntil) as Date }) },
        now,
      ),
    'in unsigned seconds of 32 bits': ({ openUntil }: CommandRecord, now: Date) =>
      isEnded(
        { attemptsMade: 0, ...(openUntil && { openUntil: unsigned(openUntil) as Date }) },
        now,
      ),
    'in whole seconds': ({ openUntil }: CommandRecord, now: Date) =>
      openUntil !== undefined && Math.floor(+openUntil / 1000) <= Math.floor(+now / 1000),
  }).flatMap(([name, isOver]) => [
    [`lists what is open, looking at the end ${name}`, isOpenBut(isOver)],
    [`claims what is open, looking at the end ${name}`, claimableBut(isOver)],
  ]),
)

// Reply: names and values of its fields.
const fields = (change: (pair: [string, string], place: number) => [string, string][]) =>
  keepingChanged(({ fields }) => ({
    fields: Object.fromEntries(Object.entries(fields).flatMap(change)),
  }))
const content = (length: number) =>
  keepingChanged(({ content }) => (content ? { content: content.subarray(0, length) } : {}))

// Upload: the members of its records.
const records = (change: (record: UploadRecord) => object) =>
  changingLines((line) => {
    return Buffer.isBuffer(line) ? line : ({ ...line, ...change(line) } as UploadRecord)
  })
const pins = (change: Change) =>
  records((record) => (record.kind === 'attendance' ? { pin: change(record.pin) } : {}))
const pairs = (change: (pair: [string, string]) => [string, string][], most = 1e9) =>
  records((record) => {
    return 'fields' in record
      ? { fields: Object.fromEntries(Object.entries(record.fields).slice(0, most).flatMap(change)) }
      : {}
  })
const columns = (change: (columns: readonly string[]) => string[]) =>
  records((record) => {
    if (record.kind === 'attendance') return { rest: change(record.rest) }
    return record.kind === 'operation' ? { parameters: change(record.parameters) } : {}
  })
const files = (change: (content: Buffer) => unknown) =>
  records((record) => (record.kind === 'file' ? { content: change(record.content) } : {}))
const raws = (length: number) =>
  changingLines((line) =>
    Buffer.isBuffer(line)
      ? line.subarray(0, length)
      : { ...line, raw: line.raw.subarray(0, length) },
  )

const UPLOAD_FAULTS: Faults = {
  ...each(TEXTS, 'columns', (change) => columns((all) => all.map(change))),
  ...cut([0, 1, 4, 5, 16, 50, 400], 'columns', (length) => columns((all) => all.slice(0, length))),
  'keeps no empty columns': columns((all) => all.filter((one) => one !== '')),
  'keeps null columns as empty': columns((all) => all.map((one) => (one === 'null' ? '' : one))),
  'keeps columns as numbers': columns((all) => all.map((one) => `${Number(one) || one}`)),
  ...cut([0, 4, 16, 50], 'columns of attendance', (length) =>
    records((record) => {
      return record.kind === 'attendance' ? { rest: record.rest.slice(0, length) } : {}
    }),
  ),
  'keeps rest of attendance alone': records((record) =>
    record.kind === 'operation' ? { parameters: [] } : {},
  ),
  ...each(TEXTS, 'values', (change) => pairs(([name, value]) => [[name, change(value)]])),
  ...each({ composes: TEXTS.composes as Change }, 'names', (change) =>
    pairs(([name, value]) => [[change(name), value]]),
  ),
  ...cut([4, 5, 16, 50, 400], 'pairs', (length) => pairs((pair) => [pair], length)),
  'keeps no empty values': pairs((pair) => (pair[1] === '' ? [] : [pair])),
  'keeps no values of 0': pairs((pair) => (pair[1] === '0' ? [] : [pair])),
  ...cut([65_535, 1_048_576], 'values', (length) =>
    pairs(([name, value]) => [[name, value.slice(0, length)]]),
  ),
  ...each(
    {
      composes: TEXTS.composes as Change,
      'puts in lower case': (pin) => pin.toLowerCase(),
      'drops accents of': (pin) => pin.normalize('NFD').replace(/\p{M}/gu, ''),
      'drops zeros of': (pin) => pin.replace(/^0+(?=.)/, ''),
    },
    'PINs',
    pins,
  ),
  ...cut([9, 16, 24, 32, 50, 63], 'PINs', (length) => pins(cutText(length))),
  'keeps no empty content': ({ storage }) => {
    const { lines } = storage
    storage.lines = () => {
      return lines().map(({ serialNumber, line }) => {
        const isEmpty = 'content' in line && line.content.length === 0
        return { serialNumber, line: isEmpty ? ({ ...line, content: undefined } as never) : line }
      })
    }
  },
  ...cut([65_535, 1_048_576, 4_194_303], 'content', (length) =>
    files((content) => content.subarray(0, length)),
  ),
  ...cut([65_535, 1_048_576, 4_194_303], 'bytes', raws),
  'keeps moments in seconds of 32 bits': records((record) =>
    'instant' in record ? { instant: wrapped(record.instant) } : {},
  ),
  'keeps no empty file': changingLines((line) =>
    !Buffer.isBuffer(line) && line.kind === 'file' && line.content.length === 0 ? undefined : line,
  ),
  'keeps no lines of blanks': changingLines((line) =>
    Buffer.isBuffer(line) && line.toString().trim() === '' ? undefined : line,
  ),
  'forgets the number of a packet': records((record) =>
    record.kind === 'packet' ? { index: 0 } : {},
  ),
}

// Terminal: its facts.
const facts = (change: Change) =>
  telling((contact) => {
    const told = Object.entries(contact).map(([name, value]) => {
      return [
        name,
        typeof value === 'string' && /address|firmware|model|pushVersion/.test(name)
          ? change(value)
          : value,
      ]
    })
    return Object.fromEntries(told) as Contact
  })
const counts = (change: (count: number) => number) =>
  telling((contact) => {
    const told = Object.entries(contact).map(([name, value]) => [
      name,
      /users|fingers|faces|records/.test(name) ? change(value) : value,
    ])
    return Object.fromEntries(told) as Contact
  })
const moments = (change: (at: Date) => Date) =>
  telling((contact) => ({ ...contact, at: change(contact.at) }))

const ofFact = (fact: keyof Contact, change: (value: never) => unknown) =>
  telling((contact) => {
    return (
      fact in contact ? { ...contact, [fact]: change(contact[fact] as never) } : contact
    ) as Contact
  })

export const VALUE_FAULTS: Record<string, Faults> = {
  'Every byte of raw and of content comes back': {
    ...cut([65_536, 262_144], 'content', content),
  },
  'A reply of four megabytes comes back': {
    ...cut([65_536, 1_048_576, 2_097_152, 3_145_728, 4_194_304], 'content', content),
    ...cut([2_097_152, 4_194_304], 'bytes', (length) =>
      keepingChanged(({ raw }) => ({ raw: raw.subarray(0, length) })),
    ),
  },
  'Every field comes back in order, whatever its name and value': {
    ...each(
      { ...TEXTS, 'drops accents from': (text) => text.normalize('NFD').replace(/\p{M}/gu, '') },
      'values',
      (change) => fields(([name, value]) => [[name, change(value)]]),
    ),
    ...each(TEXTS, 'names', (change) => fields(([name, value]) => [[change(name), value]])),
    'replaces dots in names': fields(([name, value]) => [[name.replaceAll('.', '_'), value]]),
    'drops dollars': fields(([name, value]) => [[name.replace(/^\$/, ''), value]]),
    'drops values that are false': fields((pair) =>
      /^(0|false|null|undefined|NaN)$/.test(pair[1]) ? [] : [pair],
    ),
  },
  'A thousand fields come back, and names, values and kinds of command of any length': {
    ...cut([4, 5, 16, 50, 400, 500], 'fields', (length) =>
      fields((pair, place) => (place < length ? [pair] : [])),
    ),
    ...cut([50, 255, 400, 4000, 65_535], 'values', (length) =>
      fields(([name, value]) => [[name, value.slice(0, length)]]),
    ),
  },
  'Kinds of command that are not ASCII come back': each(TEXTS, 'them', (change) =>
    keepingChanged(({ commandName }) => ({ commandName: change(`${commandName} `).slice(0, -1) })),
  ),
  "A command comes back with the app's own members, its terms and its times": {
    ...MEMBER_FAULTS,
    ...TERM_FAULTS,
  },
  'The open commands come with everything that a poll decides by': {
    ...TERM_FAULTS,
    ...each(
      { trims: TEXTS.trims as Change, composes: TEXTS.composes as Change },
      'keys that it lists',
      (change) =>
        opening(({ records, more }) => ({
          records: records.map((one) => ({
            ...one,
            terms: { ...one.terms, ...(one.terms.key && { key: change(one.terms.key) }) },
          })),
          more,
        })),
    ),
  },
  'A command ends when its last claim says, also if it was sent before, and in any century': {
    ...END_FAULTS,
    'keeps the end of claims in seconds of 32 bits': claimingBy(isClaimable, (claim) => ({
      ...factsOf(claim),
      ...(claim.openUntil && { openUntil: wrapped(claim.openUntil) }),
    })),
    'keeps the end of claims in whole seconds': claimingBy(isClaimable, (claim) => ({
      ...factsOf(claim),
      ...(claim.openUntil && { openUntil: toSeconds(claim.openUntil) }),
    })),
    'keeps the times of attempts in seconds of 32 bits': claimingBy(isClaimable, (claim) => ({
      ...factsOf(claim),
      sentAt: wrapped(claim.sentAt),
      replyDueAt: wrapped(claim.replyDueAt),
    })),
  },
  'A command is found before its reply, and after it, pending or final': {
    'finds none that is answered': findingOnly((record) => record?.reply === undefined),
    'finds none that is pending': findingOnly((record) => record?.reply?.returnCode !== -5000),
    'finds none that is done': findingOnly((record) => record?.reply?.returnCode !== 0),
    'finds none that failed': findingOnly((record) => record?.reply?.returnCode !== -1),
  },
  'A late reply to a command that is cancelled or over is stored': Object.fromEntries(
    (['cancelled', 'superseded', 'expired'] as const)
      .map((reason) => [
        `finds no command that is ${reason}`,
        findingOnly((record) => record?.cancelled?.reason !== reason),
      ])
      .concat([
        [
          'finds no command that is over',
          findingOnly((record) => !record || !isEnded(record, new Date())),
        ],
      ]),
  ),
  'Every line of an upload is stored with the terminal that sent it, byte for byte': UPLOAD_FAULTS,
  'A terminal is found with what it reported, and nothing for one that never called': {
    ...each(FACT_TEXTS, 'facts', (change) =>
      facts((text) => change(`${text} `).slice(0, text.length)),
    ),
    ...cut([15, 16, 32, 45, 50, 64, 99], 'facts', (length) => facts(cutText(length))),
    'keeps counts of 8 bits': counts((count) => count & 255),
    'keeps counts of 24 bits': counts((count) => count & 0xff_ffff),
    'keeps counts as floats': counts(Math.fround),
    ...Object.fromEntries(
      (
        [
          'address',
          'firmware',
          'model',
          'pushVersion',
          'users',
          'fingers',
          'faces',
          'records',
          'utcOffset',
        ] as const
      ).map((fact) => [`says nothing of ${fact}`, ofFact(fact, () => undefined)]),
    ),
    ...Object.fromEntries(
      (['firmware', 'model', 'address', 'pushVersion'] as const).map((fact) => [
        `cuts ${fact} at 64`,
        ofFact(fact, (value: string) => value.slice(0, 64)),
      ]),
    ),
    ...cut([10, 16, 50, 100, 400], 'options of a contact', (length) =>
      ofFact('options', (options: object) =>
        Object.fromEntries(Object.entries(options).slice(0, length)),
      ),
    ),
    ...cut([255, 400, 999], 'options', (length) =>
      ofFact('options', (options: Record<string, string>) =>
        Object.fromEntries(
          Object.entries(options).map(([name, value]) => [name, value.slice(0, length)]),
        ),
      ),
    ),
    ...cut([10, 19], 'stamps', (length) =>
      ofFact('stamps', (stamps: Record<string, string>) =>
        Object.fromEntries(
          Object.entries(stamps).map(([name, value]) => [name, value.slice(0, length)]),
        ),
      ),
    ),
    'keeps five hundred options': ({ adapter }) => {
      const { findTerminal } = adapter
      adapter.findTerminal = async (serialNumber) => {
        const terminal = await findTerminal(serialNumber)
        return (
          terminal && {
            ...terminal,
            options: Object.fromEntries(Object.entries(terminal.options ?? {}).slice(0, 500)),
          }
        )
      }
    },
  },
  'An older contact never changes when a terminal was last seen, and a newer never when it was first':
    {
      'never moves the first': ({ adapter, storage }) => {
        const first = storage.once('first', () => new Map<string, Date>())
        const { onContact, findTerminal } = adapter
        adapter.onContact = (contact) => {
          if (!first.has(contact.serialNumber)) first.set(contact.serialNumber, contact.at)
          return onContact(contact)
        }
        adapter.findTerminal = async (serialNumber) => {
          const terminal = await findTerminal(serialNumber)
          return (
            terminal && {
              ...terminal,
              firstSeenAt: first.get(serialNumber) ?? terminal.firstSeenAt,
            }
          )
        }
      },
      'keeps moments in seconds of 32 bits': moments((at) => wrapped(at) as Date),
      'keeps moments in unsigned seconds of 32 bits': moments((at) => unsigned(at) as Date),
    },
}

/** `findCommand` and `findCommands` find a command only while this holds. */
function findingOnly(isFound: (record: CommandRecord | undefined) => boolean): Fault {
  return ({ adapter, storage }) => {
    const { findCommand, findCommands } = adapter
    const isThere = (serialNumber: string, id: string) =>
      isFound(storage.records.get(keyOf(serialNumber, id)))
    adapter.findCommand = async (serialNumber, id) => {
      const command = await findCommand(serialNumber, id)
      return isThere(serialNumber, id) ? command : undefined
    }
    adapter.findCommands = async (serialNumber, ids) => {
      const found = await findCommands(serialNumber, ids)
      return [...found].filter(({ commandId }) => isThere(serialNumber, commandId))
    }
  }
}
