// Tables of the docs name what the types have, all of it, and nothing else: the names in each table
// become a line of TypeScript that compiles only if they are those of its type.
import { readFileSync } from 'node:fs'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { expect, it } from 'vitest'
import { access, attendance, dangerous } from '../../src/commands.js'
import { CHANNELS } from '../../src/endpoint/diagnostics.js'
import { IclockError, type IclockErrorCode } from '../../src/endpoint/errors.js'
import * as iclock from '../../src/index.js'
import { observeRequests, observeStorage } from '../../src/opentelemetry.js'
import { compile } from '../support/compile.js'
import { PAGES, ROOT, type Table, tablesOf, textOf } from '../support/page.js'

const PRELUDE = `
import type * as iclock from 'express-iclock'
import type * as biometrics from 'express-iclock/biometrics'
import type * as contract from 'express-iclock/contract'
import type * as events from 'express-iclock/events'
import type * as files from 'express-iclock/files'
import type * as opentelemetry from 'express-iclock/opentelemetry'
import type * as monitor from 'express-iclock/monitor'
import type * as roster from 'express-iclock/roster'
import type * as simulator from 'express-iclock/simulator'
import type * as sqlite from 'express-iclock/sqlite'
import type * as web from 'express-iclock/web'
type Call = (...all: never[]) => unknown
type Keys<Type> = Type extends unknown ? keyof Type & string : never
type Optional<Type> = Type extends unknown
  ? { [Key in keyof Type]-?: {} extends Pick<Type, Key> ? Key : never }[keyof Type] & string
  : never
type Required<Type> = Exclude<Keys<Type>, Optional<Type>>
type Value<Type, Key extends keyof Type> = Type[Key] extends readonly (infer Item)[] | undefined
  ? Item
  : Exclude<Type[Key], undefined | Call>
/** Options that are objects of options themselves. */
type Nested<Type> = {
  [Key in keyof Type]-?: [{}, Value<Type, Key>] extends [Value<Type, Key>, object] ? Key : never
}[keyof Type] & string
type Same<Told, Has> = [Exclude<Told, Has>, Exclude<Has, Told>] extends [never, never]
  ? true
  : { unknown: Exclude<Told, Has>; untold: Exclude<Has, Told> }
`

const CALLS: Readonly<Record<string, string>> = {
  run: 'iclock.RunOptions',
  issue: 'iclock.IssueOptions',
  issueAll: 'iclock.Issue',
  result: 'iclock.ResultOptions',
  list: 'iclock.CommandFilter',
  count: 'iclock.CountFilter',
}
const EVENTS: Readonly<Record<keyof typeof CHANNELS, string>> = {
  handshake: 'iclock.HandshakeEvent',
  poll: 'iclock.PollEvent',
  reply: 'iclock.ReplyEvent',
  upload: 'iclock.UploadEvent',
  refusal: 'iclock.RefusalEvent',
  clock: 'iclock.ClockEvent',
  unknown: 'iclock.UnknownEvent',
  decision: 'iclock.DecisionEvent',
  file: 'iclock.FileEvent',
}
// By the first call that each requires.
const STORAGES: Readonly<Record<string, string>> = {
  onReply: 'iclock.ReplyStorage',
  issue: 'iclock.CommandStorage',
  onUpload: 'iclock.UploadStorage',
  onContact: 'iclock.TerminalStorage',
  onRefused: 'iclock.RefusedStorage',
  findRoster: 'roster.RosterStorage',
  addOffer: 'files.OfferStorage',
  forget: 'iclock.RetentionStorage',
  eventLog: 'iclock.EventStorage',
}

/** The names that stand as code in a text: `name`, or `name(…)`. */
function namesIn(text = ''): string[] {
  return [...text.matchAll(/`([\w-]+)(?:\([^`]*)?`/g)].map(([, name = '']) => name)
}

/** The names in braces: `{ name, name }`. */
function bracedIn(text = ''): string[] {
  return /\{ ([\w, ]+) \}/.exec(text)?.[1]?.split(', ') ?? []
}

function same(told: readonly string[], type: string): string {
  const union = told.map((name) => `'${name}'`).join(' | ')
  return `Same<${union || 'never'}, ${type}>`
}

/** The first cells of a table name all of a union. */
function names(type: string): (table: Table) => string[] {
  return ({ rows }) => [
    same(
      rows.flatMap(([cell]) => namesIn(cell)),
      type,
    ),
  ]
}

/**
 * A table of options names those of a type, which of them are required, and the nested ones, but for
 * `elsewhere`. The text above the table may name some.
 */
function options(type: string, elsewhere = 'never'): (table: Table) => string[] {
  return ({ rows, prose }) => {
    const nested = rows.filter(([, told]) => told?.startsWith('`{ '))
    const required = rows.filter((cells) => cells.at(-1) === 'required')
    const above = prose.startsWith('`') ? namesIn(prose) : []
    const namesOf = (some: readonly string[][]) => some.flatMap(([cell]) => namesIn(cell))
    return [
      same([...above, ...namesOf(rows)], `Keys<${type}>`),
      same([...above.slice(0, 1), ...namesOf(required)], `Required<${type}>`),
      same(namesOf(nested), `Exclude<Nested<${type}>, ${elsewhere}>`),
      ...nested.map((row) => same(bracedIn(row[1]), `Keys<Value<${type}, '${namesOf([row])}'>>`)),
    ]
  }
}

function calls({ rows }: Table): string[] {
  const taking = rows.filter(([cell]) => bracedIn(cell).length > 0)
  return [
    ...names('Keys<iclock.CommandQueue>')({ rows } as Table),
    ...taking.map(([cell]) => same(bracedIn(cell), `Keys<${CALLS[namesIn(cell)[0] ?? '']}>`)),
  ]
}

/** All that a virtual terminal has, wherever a row names it. */
function terminalCalls({ rows }: Table): string[] {
  return [same(namesIn(rows.join()), 'Keys<simulator.VirtualTerminal>')]
}

function pageCalls({ rows }: Table): string[] {
  const needed = rows.filter(([, cell]) => cell === 'yes')
  return [
    ...names('Keys<monitor.MonitorStorage>')({ rows } as Table),
    ...names('Required<monitor.MonitorStorage>')({ rows: needed } as Table),
  ]
}

function capabilities({ rows }: Table): string[] {
  return rows.flatMap(([, required, optional]) => {
    const type = STORAGES[namesIn(required)[0] ?? '']
    return [
      same(namesIn(required), `Required<${type}>`),
      same(namesIn(optional), `Optional<${type}>`),
    ]
  })
}

/** Calls of storage: all of a type, each with as many parameters, and the members of those that are objects. */
function storageCalls(type: string): (table: Table) => string[] {
  return ({ rows }) => {
    const told = rows.flatMap(([cell = '']) => [...cell.matchAll(/`(\w+)\(([^`]*)\)`/g)])
    const parameters = told.flatMap(([, name, list = '']) => {
      const of = `Parameters<NonNullable<${type}['${name}']>>`
      // Commas between braces or brackets belong to one parameter.
      const all = list === '' ? [] : list.split(/, (?![^{[]*[}\]])/)
      return [
        `Same<'${all.length}', \`\${${of}['length']}\`>`,
        ...all.flatMap((one, place) => {
          return one.startsWith('{') ? [same(bracedIn(one), `Keys<${of}[${place}]>`)] : []
        }),
      ]
    })
    return [
      same(
        told.map(([, name = '']) => name),
        `Keys<${type}>`,
      ),
      ...parameters,
    ]
  }
}

function events({ rows }: Table): string[] {
  return rows.flatMap(([channel, , message = '']) => {
    const type = EVENTS[channel?.slice('`express-iclock:'.length, -1) as keyof typeof EVENTS]
    const [, list, inside] = /`(\w+)` \(([^)]*)\)/.exec(message) ?? []
    return [
      same(namesIn(message.replace(/\([^)]*\)/, '')), `Keys<${type}>`),
      ...(list ? [same(namesIn(inside), `Keys<Value<${type}, '${list}'>>`)] : []),
    ]
  })
}

const FLEET =
  "Omit<simulator.FleetOptions, Keys<Omit<simulator.VirtualTerminalOptions, 'serialNumber'>>>"

const OWN_OF_FETCH = `Exclude<
  Keys<web.TerminalFetchOptions>,
  Exclude<Keys<iclock.TerminalRouterOptions>, 'authorize' | 'onError'>
>`

/** Each table of names: its page, its first header and name, and what it must name. */
const TABLES: readonly [string, string, string, (table: Table) => string[]][] = [
  [
    'options',
    'option',
    'adapter',
    options('iclock.TerminalRouterOptions', "'handshake' | 'acknowledgements'"),
  ],
  ['sqlite', 'option', 'timeout', options('sqlite.SqliteAdapterOptions')],
  ['options', 'option', 'delay', names('Keys<iclock.HandshakeOptions>')],
  ['options', 'option', 'decide', options('iclock.VerificationOptions')],
  ['decisions', 'member', 'serialNumber', names('Keys<iclock.VerificationRequest>')],
  ['frameworks', 'option', 'authorize', names(OWN_OF_FETCH)],
  ['frameworks', 'member of', 'waitUntil', names('Keys<web.FetchContext>')],
  ['options', 'option', 'path', options('iclock.CommandReplyOptions')],
  ['options', 'option', 'family', options('iclock.CommandQueueOptions')],
  ['monitor', 'option', 'adapter', options('monitor.MonitorOptions', "'texts'")],
  ['testing', 'option', 'serialNumber', options('simulator.VirtualTerminalOptions', "'tls'")],
  ['troubleshooting', 'state', 'waiting', names('iclock.CommandState')],
  ['testing', '`dialect`', 'attendance', names('simulator.DialectName')],
  ['testing', 'option', 'delay', options('simulator.ServeOptions')],
  [
    'testing',
    'option',
    'headers',
    names('Keys<simulator.ExchangeOptions | simulator.SendOptions>'),
  ],
  ['testing', 'option', 'terminals', options(FLEET)],
  ['testing', 'option', 'users', options('simulator.TerminalPeopleOptions', "'versions'")],
  ['testing', 'call', 'users', names('Keys<simulator.TerminalPeople>')],
  ['testing', 'call', 'start', terminalCalls],
  ['commands', 'call', 'run', calls],
  ['commands', 'option', 'text', options('iclock.NewCommand')],
  ['commands', 'state', 'waiting', names('iclock.CommandState')],
  ['commands', 'member', 'serialNumber', names('Keys<iclock.CommandReply>')],
  ['attendance', 'member', 'pin', names("Exclude<Keys<iclock.AttendanceRecord>, 'kind' | 'type'>")],
  ['attendance', '`kind`', 'attendance', names("iclock.UploadRecord['kind']")],
  ['events', 'member of a punch', 'serialNumber', names('Keys<events.Punch>')],
  ['diagnostics', 'channel', 'express-iclock:handshake', events],
  ['errors', '`code`', 'SERIAL_NUMBER_MISSING', names('iclock.IclockErrorCode')],
  ['biometrics', 'reason', 'type', names('biometrics.ConversionFailure')],
  ['biometrics', 'member', 'pin', names('Keys<biometrics.EnrolledRow>')],
  ['people', 'member', 'pin', names('Keys<roster.RosterPerson>')],
  ['people', 'state', 'waiting', names('roster.PersonState')],
  ['people', 'option', 'adapter', options('roster.RosterOptions')],
  ['storage', 'capability', '', capabilities],
  ['storage', 'call of commands', 'issue', storageCalls('iclock.CommandStorage')],
  ['storage', 'call of replies', 'findCommand', storageCalls('iclock.ReplyStorage')],
  ['storage', 'call of uploads', 'onUpload', storageCalls('iclock.UploadStorage')],
  ['storage', 'call of terminals', 'onContact', storageCalls('iclock.TerminalStorage')],
  ['storage', 'call of refused terminals', 'onRefused', storageCalls('iclock.RefusedStorage')],
  ['storage', 'call of the roster', 'findRoster', storageCalls('roster.RosterStorage')],
  ['storage', 'call of offers', 'addOffer', storageCalls('files.OfferStorage')],
  ['files', 'option', 'name', options('files.NewOffer')],
  ['files', 'call', 'offer', names('Keys<files.FileOffers>')],
  ['storage', 'call of retention', 'forget', storageCalls('iclock.RetentionStorage')],
  ['storage', 'call of events', 'eventLog', storageCalls('iclock.EventStorage')],
  [
    'diagnostics',
    'option of `observeStorage`',
    'meterProvider',
    names('Keys<opentelemetry.StorageTelemetryOptions>'),
  ],
  ['events', 'option of `events`', 'after', names('Keys<events.EventOptions>')],
  ['events', '`type`', 'punch', names("events.TerminalEvent['type']")],
  ['storage', 'call of the page', 'listTerminals', pageCalls],
  ['storage', 'member', 'adapter', names('Keys<contract.ContractSubject>')],
]

function tableOf([page, header, name]: (typeof TABLES)[number]): Table | undefined {
  const first = new RegExp(`^\`?${name}\\b`)
  return tablesOf(`docs/${page}.md`).find((table) => {
    return table.header[0]?.startsWith(header) && first.test(table.rows[0]?.[0] ?? '')
  })
}

function linesOf(tables: typeof TABLES): string {
  const lines = tables.flatMap((one) => {
    const [page, header, name, check] = one
    const table = tableOf(one)
    if (table === undefined) return [`no table in ${page}: ${header} ${name}`]
    return check(table).map((type) => `{ const is: ${type} = true; void is } // ${page}, ${name}`)
  })
  return `${PRELUDE}${lines.join('\n')}\n`
}

it('Each table names what its type has, and nothing else', async () => {
  expect(await compile({ 'table.ts': linesOf(TABLES) })).toBe('')
})

it('Each table of names is compared with a type', () => {
  const compared = TABLES.map((one) => JSON.stringify(tableOf(one)))
  const tables = PAGES.flatMap((page) => tablesOf(page).map((table) => ({ page, ...table })))
  const isOfNames = /^(option|member|call|state|channel|capability|reason|`code`|`kind`)( of .*)?$/
  const forgotten = tables.filter(({ page: _, ...table }) => {
    return isOfNames.test(table.header[0] ?? '') && !compared.includes(JSON.stringify(table))
  })
  expect(forgotten.map(({ page, heading }) => `${page} ${heading}`)).toEqual([])
})

it('A name too many, one too few, and a wrong default are found', async () => {
  const rows = [
    ['`adaptor`', 'your storage', ''],
    ['`delivery`', '`{ maxComands }`: how many', ''],
  ]
  const [, , , check] = TABLES[0] as (typeof TABLES)[number]
  const lines = check({ heading: '', prose: '', header: [], rows })
  const told = await compile({
    'table.ts': `${PRELUDE}${lines.map((type, at) => `export const _${at}: ${type} = true`).join('\n')}`,
  })
  expect(told).toMatch(/unknown: "adaptor"; untold: [^}]*"adapter"/)
  expect(told).toMatch(/unknown: never; untold: "adapter"/)
  expect(told).toMatch(/unknown: never; untold: [^}]*"upload"/)
  expect(told).toMatch(/unknown: "maxComands"; untold: "maxCommands"/)
})

it('The table of errors has the status of each', () => {
  const rows = tablesOf('docs/errors.md')[0]?.rows ?? []
  const codes = rows.filter(([code]) => /^`[A-Z_]+`$/.test(code ?? ''))
  expect(codes.length).toBeGreaterThan(10)
  for (const [code = '', status] of codes) {
    const error = new IclockError(code.slice(1, -1) as IclockErrorCode, '')
    expect([code, String(error.status)]).toEqual([code, status])
  }
})

it('The table of channels has a row for each', () => {
  const rows = tablesOf('docs/diagnostics.md')[0]?.rows ?? []
  const channels = Object.keys(CHANNELS).map((name) => `\`express-iclock:${name}\``)
  expect(rows.map(([channel]) => channel).toSorted()).toEqual(channels.toSorted())
})

it('The table of metrics has a row for each', () => {
  const made: string[] = []
  const meter = new MeterProvider().getMeter('')
  const note = (create: string) => (name: string, about: object) => {
    made.push(name)
    return Reflect.apply(Reflect.get(meter, create), meter, [name, about])
  }
  const creates = ['createCounter', 'createHistogram', 'createObservableGauge']
  const notes = Object.fromEntries(creates.map((create) => [create, note(create)]))
  const meterProvider = { getMeter: () => notes as never }
  const stop = new AbortController()
  observeRequests({ meterProvider, signal: stop.signal })
  observeStorage(iclock.memoryAdapter(), { meterProvider })
  stop.abort()
  const rows =
    tablesOf('docs/diagnostics.md').find(({ header }) => header[0] === 'metric')?.rows ?? []
  expect(rows.map(([name]) => name).toSorted()).toEqual(
    made.map((name) => `\`${name}\``).toSorted(),
  )
})

it('The table of functions for adapters names what the package exports', () => {
  const rows =
    tablesOf('docs/storage.md').find(({ header }) => header[0] === 'function')?.rows ?? []
  const functions = rows.flatMap(([cell]) => namesIn(cell))
  expect(functions.length).toBeGreaterThan(10)
  expect(functions.filter((name) => typeof Reflect.get(iclock, name) !== 'function')).toEqual([])
})

it('The README names what can be imported and run', () => {
  const { exports, bin } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))
  const paths = Object.keys(exports).filter((path) => path !== './package.json')
  const imports = paths.map((path) => `\`express-iclock${path.slice(1)}\``)
  const programs = Object.keys(bin).map((name) => `\`npx ${name}\``)
  const rows = tablesOf('README.md').find(({ header }) => header[0] === 'import')?.rows ?? []
  expect(rows.flatMap(([names = '']) => names.split(', ')).toSorted()).toEqual(
    [...imports, ...programs].toSorted(),
  )
})

it('The docs name only builders that exist, and each that puts, enrolls, opens or asks', () => {
  const table = tablesOf('docs/commands.md').find(({ header }) => header[1] === '`attendance`')
  const named = { attendance: [] as string[], access: [] as string[] }
  for (const [, left, right] of table?.rows ?? []) {
    named.attendance.push(...namesIn(left))
    named.access.push(...namesIn(right))
  }
  const isFamilyOfPut = (name: string) => /^(delete|query)[A-Z]/.test(name)
  for (const [family, builders] of [
    ['attendance', attendance],
    ['access', access],
  ] as const) {
    const has = Object.keys(builders)
    expect(named[family].filter((name) => !has.includes(name))).toEqual([])
    expect(has.filter((name) => !named[family].includes(name) && !isFamilyOfPut(name))).toEqual([])
  }
  const page = textOf('docs/commands.md')
  for (const builders of Object.values(dangerous)) {
    expect(Object.keys(builders).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  }
})
