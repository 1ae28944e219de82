// What terminals in the field sent, octet by octet, each in its own way.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import express from 'express'
import { describe, expect, it } from 'vitest'
import {
  commandQueue,
  type MemoryAdapter,
  memoryAdapter,
  type TerminalRouterOptions,
  terminalRouter,
  type Upload,
} from '../../src/index.js'
import { type RawAnswer, type RawRequest, sendRaw } from '../support/raw.js'
import { listen } from '../support/server.js'

interface FieldCase {
  name: string
  options?: Pick<TerminalRouterOptions, 'timeZone'>
  before?: RawRequest[]
  request: RawRequest
  /** What is right, in words. */
  expect: string
}

/** The answer to a request, and what storage has after it. */
interface Outcome {
  answer: RawAnswer
  adapter: MemoryAdapter
  /** The last upload of the terminal. */
  upload: Upload
}

/** How an app serves a terminal, and what is right there. */
interface Expected {
  options?: Omit<TerminalRouterOptions, 'adapter'>
  server?: { requireHostHeader: boolean }
  issue?: string
  check(outcome: Outcome): void
}

const file = new URL('../fixtures/field.json', import.meta.url)
const CASES: FieldCase[] = JSON.parse(readFileSync(file, 'utf8'))

const PICTURE = Buffer.from(
  CASES.find(({ name }) => name === 'case 14')?.request.bodyBase64 ?? '',
  'base64',
)

const BLOCK = /^GET OPTION FROM: /
const option = (line: string) => new RegExp(`^${line}$`, 'm')

const answers = (body: string | RegExp, status = 200): Expected => ({
  check: ({ answer }) => {
    expect(answer.status).toBe(status)
    if (typeof body === 'string') expect(answer.body).toBe(body)
    else expect(answer.body).toMatch(body)
  },
})
const keeps = (body: string, ...records: object[]): Expected => ({
  check: ({ answer, upload }) => {
    expect([answer.status, answer.body]).toEqual([200, body])
    expect(upload.unparsed).toEqual([])
    expect(upload.records).toHaveLength(records.length)
    expect(upload.records).toMatchObject(records)
  },
})
const closes = (body: string): Expected => ({
  check: ({ answer }) => {
    expect([answer.body, answer.headers.connection]).toEqual([body, 'close'])
  },
})

const asks = (query: Record<string, string>, text: string): Expected => ({
  ...answers(text),
  options: {
    onQuestion: async (question) => {
      expect({ ...question.query }).toEqual(query)
      return text
    },
  },
})

const EXPECTED: Readonly<Record<string, Expected>> = {
  'case 01': { ...answers(BLOCK), server: { requireHostHeader: false } },
  'case 05': answers(/^TransFlag=TransData AttLog\t.*^PushProtVer=2\.0\.33$/ms),
  'case 02': {
    options: { timeZone: '-05:00' },
    check: ({ answer, adapter }) => {
      const [, local = ''] = /^Time=(.{19}-05:00)\n?$/.exec(answer.body) ?? []
      expect(Math.abs(Date.parse(local) - Date.now())).toBeLessThan(60_000)
      expect(adapter.findTerminal('TT022611290002')?.pushVersion).toBeUndefined()
    },
  },
  'case 04': {
    ...answers(/^C:\d{1,10}:CHECK\n$/),
    issue: 'CHECK',
    options: { commandIds: 'number' },
  },
  'case 06': answers(BLOCK),
  'case 07': answers(BLOCK),
  // Decided: without evidence a terminal is a time clock, which takes a block; a door shows itself.
  'case 10': answers(BLOCK),
  // The table's name by default, as the manual prints; OK where a terminal needs it.
  'case 11': { ...answers('OK'), options: { acknowledgements: { tabledata: 'OK' } } },
  'case 12': answers(option('ATTLOGStamp=2026-11-25T12:08:21')),
  'case 13': {
    check: ({ answer, upload }) => {
      expect(answer.body).toBe('OK: 1')
      const rest = ['0', '0', '1', '2', '3', '4', '5', '6', '1.0', '2.0', '3.0']
      expect(upload.records).toMatchObject([{ pin: '982', workCode: '9001', rest }])
    },
  },
  'case 14': keeps('OK', { kind: 'file', fields: { PIN: '0090' }, content: PICTURE, raw: PICTURE }),
  'case 16': keeps('OK', {
    ...{ type: 'attphoto', pin: '0090', time: '2026-11-24 08:03:47' },
    ...{ fields: { CHECKSUM: '123' }, content: PICTURE, raw: PICTURE },
  }),
  'case 18': {
    check: ({ answer, adapter }) => {
      expect(answer.body).toMatch(/^RegistryCode=\w{32}$/)
      const { options } = adapter.findTerminal('TT182611290018') ?? {}
      expect(options).toMatchObject({ AuxInCount: '1', AuxOutCount: '0', MachineType: '101' })
    },
  },
  'case 19': keeps('OK', { type: 'rtlog', fields: { attstate: '9', bitCount: '16' } }),
  'case 20': {
    check: ({ answer, adapter }) => {
      expect(answer.body).toBe('OK')
      expect(adapter.replies()).toMatchObject([{ commandId: '12', returnCode: 0 }])
    },
  },
  'case 22': asks({ type: 'LastPunch', PIN: '7' }, 'status=1\tPIN=7'),
  'case 23': asks({ table: 'SELFSERVICEDATA', PIN: '7', ServiceNum: '0' }, 'DATA UPDATE X'),
  'case 24': answers(BLOCK),
  'case 25': {
    // Nobody knows whose settings to answer. It is in the list of the docs, and the app is told.
    check: ({ answer }) => expect(answer.status).toBe(400),
  },
  // Left to the app: the docs have the lines that complete such a path (routes.express.test.ts).
  'case 26': answers(/Cannot GET \/cdata/, 404),
  'case 27': answers(/^\w+$/),
  'case 28': {
    options: { uploadPaths: ['edata'] },
    check: ({ answer, upload }) => {
      expect([answer.status, answer.body]).toEqual([200, 'OK: 1'])
      expect(upload.unparsed.map(String)).toEqual(['a\tb\tc'])
    },
  },
  'case 29': {
    check: ({ answer, upload }) => {
      expect([answer.body, upload.records]).toEqual(['OK: 1', []])
      expect(upload.unparsed.map(String)).toEqual(['1001\tAda L\t2026-11-24 08:00:00\t0\t1'])
    },
  },
  'case 30': keeps('OK: 1', { pin: '1001', time: '2026/11/24 08:00' }),
  'case 31': keeps('OK: 1', { pin: 'WCTPL070', status: '255' }),
  'case 32': keeps('OK: 2', { type: 'fingertmp' }, { type: 'fp', fields: { PIN: '41' } }),
  'case 33': keeps('OK', { type: '', fields: { PIN: '99882', Template: 'QUJD' } }),
  'case 34': answers(BLOCK),
  'case 35': {
    ...keeps('OK: 1', { type: 'user', fields: { PIN: '7', Name: 'สมชาย' } }),
    options: {
      encoding: (serialNumber) => (serialNumber.startsWith('TT35') ? 'windows-874' : 'utf-8'),
    },
  },
  'case 36': { ...answers(option('TimeZone=330')), options: { timeZone: 'Asia/Kolkata' } },
  'case 37': { ...answers(option('TimeZone=-5')), options: { timeZone: 'America/Lima' } },
  // Node refuses blanks in a target before any app sees it, whatever the terminal.
  'case 38': answers('', 400),
  'case 39': answers(BLOCK),
  'case 40': keeps('userpic=1', {
    type: 'userpic',
    fields: { pin: '7', filename: '7.jpg', size: '4', content: 'QUJD' },
  }),
  // Not `tabledata`: terminals that post a table by its own name take any answer with OK in it.
  'case 41': keeps('OK: 1', { type: 'userpic', fields: { pin: '7' } }),
  'case 42': closes('biophoto=1'),
  'case 43': closes('ATTPHOTO=1'),
}

async function play({ before = [], request, options }: FieldCase, expected: Expected) {
  const adapter = memoryAdapter()
  const app = express().use(terminalRouter({ ...expected.options, ...options, adapter }))
  const server = await listen(createServer({ ...expected.server }, app))
  const serialNumber = /SN=(\w+)/.exec(request.path)?.[1] ?? ''
  if (expected.issue !== undefined) {
    const { commandIds = 'text' } = expected.options ?? {}
    await commandQueue(adapter, { commandIds }).issue(serialNumber, { text: expected.issue })
  }
  for (const earlier of before) await sendRaw(server, earlier)
  const answer = await sendRaw(server, request)
  const upload = adapter.received().at(-1) as Upload
  expected.check({ answer, adapter, upload })
}

describe('A request from the field', () => {
  it.each(CASES.map((one) => [one.name, one.expect, one] as const))(
    '%s: %s',
    async (name, _, one) => {
      const expected = EXPECTED[name]
      expect(expected).toBeDefined()
      await play(one, expected as Expected)
    },
  )

  it('Every case has what is right', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(CASES.map(({ name }) => name))
  })
})
