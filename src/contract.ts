// What every adapter must do, as cases that any test runner runs. It asserts with node:assert alone.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { type IssuedCommand, keyOf } from './command.js'
import type { Awaitable } from './endpoint/deadline.js'
import { parseReplies } from './reply/parse.js'
import type { CommandReply } from './reply/reply.js'
import type { AnsweredCommand, ReplyStorage } from './reply/storage.js'

/** An adapter under test, on storage that nothing else uses, with the ways in and out that the cases need. */
export interface ContractSubject {
  adapter: ReplyStorage
  /** Puts a command where the adapter finds it, as the app does when it hands the command out. */
  issue(command: IssuedCommand): Awaitable<unknown>
  /** Every reply that is kept, in any order, read from the storage itself. */
  replies(): Awaitable<readonly CommandReply[]>
  /** Every unparsed line that is kept, in any order. Without it the case on unparsed lines is skipped. */
  unparsed?(): Awaitable<readonly { serialNumber: string; line: Buffer }[]>
  /** Cuts the adapter off from its storage for good, as by closing the connection. Without it that case is skipped. */
  disconnect?(): Awaitable<unknown>
  /** Ends the subject, also after a case that failed. */
  dispose?(): Awaitable<unknown>
}

/** One promise of an adapter. */
export interface ContractCase {
  /** The promise, in words. */
  name: string
  /**
   * Makes a subject, holds it to the promise, and rejects where it breaks it. A case that does not apply is skipped
   * through the test context of vitest, `node:test` and mocha; elsewhere the process warns that it was.
   */
  run(this: unknown, context?: unknown): Promise<void>
}

type Check = (subject: ContractSubject) => Promise<void>
type Needs = (subject: ContractSubject) => string | undefined

/**
 * Makes the cases that prove a storage adapter right: `for (const { name, run } of adapterContract(create)) test(name, run)`.
 * They run in any order and side by side.
 *
 * @param create makes a subject anew; it is called once for each case
 */
export function adapterContract(create: () => Awaitable<ContractSubject>): ContractCase[] {
  return CASES.map(([name, check, lacks]) => ({
    name,
    // A runner that counts parameters takes a first one for its `done` callback: a rest parameter is not counted.
    async run(this: unknown, ...[context]: [unknown?]) {
      const subject = await create()
      let missing: string | undefined
      try {
        missing = lacks?.(subject)
        if (missing === undefined) await check(subject)
      } catch (error) {
        // What dispose() may say of it would hide why the case failed.
        await (async () => subject.dispose?.())().catch(() => {})
        throw error
      }
      await subject.dispose?.()
      if (missing !== undefined) skip(name, missing, context ?? this)
    },
  }))
}

const needsUnparsed: Needs = ({ adapter, unparsed }) =>
  adapter.onUnparsed && unparsed
    ? undefined
    : 'the subject has no onUnparsed, or no unparsed() to look at'

const needsPair: Needs = ({ adapter }) =>
  adapter.findCommands && adapter.onReplies
    ? undefined
    : 'the adapter has no findCommands and onReplies'

const needsDisconnect: Needs = ({ disconnect }) =>
  disconnect ? undefined : 'the subject has no disconnect()'

const CASES: [name: string, check: Check, lacks?: Needs][] = [
  [
    'finds a command as it was issued',
    async ({ adapter, issue }) => {
      const commands = [
        command('A', '1', 'CHECK'),
        command('A', '9f8e7d6c5b4a3210', 'DATA UPDATE USERINFO PIN=1\tName=José 王\tPri=0'),
        command('B', '2', `DATA UPDATE BIOPHOTO PIN=1\tContent=${'/9j/4AAQ'.repeat(5000)}`),
      ]
      for (const each of commands) await issue(each)
      for (const each of commands) {
        const { serialNumber, commandId } = each
        deepEqual(plain(await adapter.findCommand(serialNumber, commandId)), each)
      }
    },
  ],
  [
    'finds nothing where nothing was issued',
    async ({ adapter, issue }) => {
      equal((await adapter.findCommand('A', '12')) ?? undefined, undefined)
      await issue(command('A', '12', 'CHECK'))
      for (const id of ['1', '2', '123', '012', '', '%', '.*', '12 OR 1=1']) {
        equal((await adapter.findCommand('A', id)) ?? undefined, undefined, `found for id "${id}"`)
      }
      for (const sn of ['B', 'AA', '', '%', '.*']) {
        equal((await adapter.findCommand(sn, '12')) ?? undefined, undefined, `found for "${sn}"`)
      }
    },
  ],
  [
    'takes ids and serial numbers for text, letter by letter',
    async (subject) => {
      const { adapter, issue } = subject
      const replies: CommandReply[] = []
      for (const [index, [one, other]] of ALIKE.entries()) {
        const device = `device ${index}`
        if (/^[0-9A-Za-z]{1,16}$/.test(one)) await issue(command(device, one, 'CHECK'))
        await issue(command(`${index} ${one}`, 'id', 'CHECK'))
        equal((await adapter.findCommand(device, other)) ?? undefined, undefined, `"${other}"`)
        equal(
          (await adapter.findCommand(`${index} ${other}`, 'id')) ?? undefined,
          undefined,
          `"${other}"`,
        )
        replies.push(replyTo(device, one, 1), replyTo(device, other, 2))
        replies.push(replyTo(`${index} ${one}`, 'id', 3), replyTo(`${index} ${other}`, 'id', 4))
      }
      await keep(subject, replies)
      await holds(subject, replies)
    },
  ],
  [
    'takes equal ids of two devices for two commands',
    async (subject) => {
      const { adapter, issue } = subject
      const [one, other] = [command('A', '1', 'CHECK'), command('B', '1', 'REBOOT')]
      await issue(one)
      await issue(other)
      deepEqual(plain(await adapter.findCommand('A', '1')), one)
      deepEqual(plain(await adapter.findCommand('B', '1')), other)
      const replies = [replyTo('A', '1', 0), replyTo('B', '1', -1)]
      await keep(subject, replies)
      await holds(subject, replies)
    },
  ],
  [
    'keeps a device and an id apart, however they are written',
    async (subject) => {
      const replies: CommandReply[] = []
      for (const mark of ['', ':', '|', '/', '-', '_', '.', ',', ' ', '","', "','", '\t', '\0']) {
        const [one, other] = [replyTo(`X${mark}Y`, 'Z', 1), replyTo('X', `Y${mark}Z`, 2)]
        await subject.issue(command(one.serialNumber, one.commandId, 'CHECK'))
        const found = await subject.adapter.findCommand(other.serialNumber, other.commandId)
        equal(found ?? undefined, undefined, `apart by ${JSON.stringify(mark)}`)
        replies.push(one, other)
      }
      await keep(subject, replies)
      await holds(subject, replies)
    },
  ],
  [
    'keeps a reply to a command that nobody issued',
    async (subject) => {
      const reply = replyTo('A', 'unknown', -1)
      await subject.adapter.onReply(reply, undefined)
      await holds(subject, [reply])
    },
  ],
  [
    'keeps a repeated reply once',
    async (subject) => {
      const [reply, other] = [replyTo('A', '1', 0), replyTo('A', '2', 0)]
      await keep(subject, [reply, other, reply, other, reply])
      await holds(subject, [reply, other])
    },
  ],
  [
    'keeps a reply once that comes a hundred times at the same moment, and fulfils every call',
    async (subject) => {
      const reply = replyTo('A', '1', 0)
      const calls = Array.from({ length: 100 }, async () =>
        subject.adapter.onReply(reply, undefined),
      )
      await Promise.all(calls)
      await holds(subject, [reply])
    },
  ],
  [
    'lets the later of two different replies stand, and nothing of the earlier',
    async (subject) => {
      const failed = replyOf('A', 'ID=1\nSN=A\nFILENAME=a.txt\nCMD=Shell\nReturn=1\nContent=abc')
      const done = replyOf('A', 'ID=1&Return=0&CMD=Shell')
      const other = replyTo('B', '1', -1)
      await keep(subject, [failed, other, done])
      await holds(subject, [done, other])
      await keep(subject, [failed])
      await holds(subject, [failed, other])
    },
  ],
  [
    'lets a final reply follow a pending one, which never takes its place again',
    async (subject) => {
      const [pending, done, other] = [
        replyTo('A', '1', -5000),
        replyTo('A', '1', 0),
        replyTo('B', '1', -5000),
      ]
      await keep(subject, [pending, other])
      await holds(subject, [pending, other])
      await keep(subject, [done])
      await holds(subject, [done, other])
      await keep(subject, [pending])
      await holds(subject, [done, other])
    },
  ],
  [
    'gives back every byte of raw and of content',
    async (subject) => {
      const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
      const large = Buffer.concat(Array.from({ length: 1200 }, () => everyByte))
      const replies = [
        everyByte,
        large,
        Buffer.alloc(0),
        Buffer.from('\0'),
        Buffer.from('\r\n a \n'),
      ].map((content, index) => {
        const header = `ID=${index}\nFILENAME=a\nCMD=GetFile\nReturn=${content.length}\nContent=`
        return replyOf('A', Buffer.concat([Buffer.from(header), content]))
      })
      replies.push(
        replyOf('A', Buffer.concat([Buffer.from('ID=x&Return=0&Key='), everyByte.subarray(128)])),
      )
      await keep(subject, replies)
      await holds(subject, replies)
    },
  ],
  [
    'gives back every field, in order, whatever its name and value',
    async (subject) => {
      const names = [
        'b',
        'a',
        '__proto__',
        'constructor',
        '$set',
        '$where',
        'a.b',
        '.',
        '~Name',
        'José',
        '王',
        'a b',
        'NUL\0',
        '_id',
        'ID2',
      ]
      const lines = names.map((name) => `${name}=of ${name}`)
      lines.push(
        '=no name',
        'no value=',
        'twice==',
        'NULL=null',
        'zero=0',
        'false=false',
        'nul=\0',
        '😀=😀',
      )
      const reply = replyOf('A', `ID=1&Return=0&CMD=INFO\n${lines.join('\n')}`)
      equal(Object.keys(reply.fields).length, lines.length)
      await keep(subject, [reply])
      await holds(subject, [reply])
    },
  ],
  [
    'gives back ids, serial numbers and kinds of command that are not ASCII',
    async (subject) => {
      const texts = ['é', '王小明', '😀', '\ufffd', '\ufeff', "';--", '"', '\\', '%s', '<b>']
      const replies = texts.map((text) => ({
        ...replyTo(`SN${text}`, `ID${text}`, 0),
        commandName: text,
      }))
      await keep(subject, replies)
      await holds(subject, replies)
    },
  ],
  [
    'keeps every return code, and the lack of one as null',
    async (subject) => {
      const most = Number.MAX_SAFE_INTEGER
      const replies = [null, 0, -1, -5000, 2 ** 31, -(2 ** 31) - 1, most, -most].map(
        (code, index) => replyTo('A', `${index}`, code),
      )
      await keep(subject, replies)
      await holds(subject, replies)
    },
  ],
  [
    'settles onReply only when the reply can be read back',
    async (subject) => {
      const kept: CommandReply[] = []
      for (let turn = 0; turn < 5; turn++) {
        const content = Buffer.alloc(50_000, turn)
        const header = `ID=${turn}\nFILENAME=a\nCMD=GetFile\nReturn=${content.length}\nContent=`
        kept.push(replyOf('A', Buffer.concat([Buffer.from(header), content])))
        await keep(subject, kept.slice(-1))
        await holds(subject, kept)
      }
    },
  ],
  [
    'rejects where it could keep nothing',
    async (subject) => {
      await fails('onReply', () => subject.adapter.onReply(undefined as never, undefined))
      await holds(subject, [])
    },
  ],
  [
    'rejects every call while its storage is out of reach',
    async (subject) => {
      const { adapter, issue } = subject
      await issue(command('A', '1', 'CHECK'))
      await subject.disconnect?.()
      const reply = replyTo('A', '1', 0)
      await fails('findCommand', () => adapter.findCommand('A', '1'))
      await fails('onReply', () => adapter.onReply(reply, undefined))
      if (adapter.onUnparsed)
        await fails('onUnparsed', () => adapter.onUnparsed?.([Buffer.from('x')], 'A'))
      if (adapter.findCommands)
        await fails('findCommands', () => adapter.findCommands?.('A', ['1']))
      if (adapter.onReplies) {
        await fails('onReplies', () => adapter.onReplies?.([{ reply, command: undefined }]))
      }
    },
    needsDisconnect,
  ],
  [
    'keeps unparsed lines with the device that sent them, byte for byte',
    async ({ adapter, unparsed }) => {
      const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
      const [one, other] = [Buffer.from('no reply'), Buffer.from('王=\0')]
      await adapter.onUnparsed?.([one, everyByte], 'A')
      await adapter.onUnparsed?.([other], 'A')
      await adapter.onUnparsed?.([one], 'a')
      const lines = (await unparsed?.()) ?? []
      const came = lines.map(({ serialNumber, line }) => `${serialNumber} ${bytesOf(line)}`).sort()
      const sent = [
        ['A', one],
        ['A', everyByte],
        ['A', other],
        ['a', one],
      ] as const
      deepEqual(came, sent.map(([device, line]) => `${device} ${bytesOf(line)}`).sort())
    },
    needsUnparsed,
  ],
  [
    'finds with findCommands what findCommand finds',
    async ({ adapter, issue }) => {
      const issued = Array.from({ length: 150 }, (_, index) =>
        command('A', `${index}`, `CHECK ${index}`),
      )
      for (const each of issued) await issue(each)
      await issue(command('B', 'x', 'CHECK'))
      const unknown = ['x', '01', '1 ', '', ...ALIKE.flat().filter((id) => !/^\d{1,2}$/.test(id))]
      const ids = issued.flatMap(({ commandId }, index) => [commandId, `unknown ${index}`])
      const found = [...((await adapter.findCommands?.('A', [...ids, ...unknown])) ?? [])].map(
        plain,
      )
      deepEqual(new Set(found), new Set(issued))
      equal(found.length, issued.length)
      deepEqual([...((await adapter.findCommands?.('A', ['unknown'])) ?? [])], [])
      deepEqual([...((await adapter.findCommands?.('B', ['1', '2'])) ?? [])], [])
    },
    needsPair,
  ],
  [
    'keeps with onReplies what onReply would keep, call by call',
    async (subject) => {
      const { adapter, issue } = subject
      const known = command('A', '1', 'CHECK')
      await issue(known)
      await keep(subject, [replyTo('A', '1', -1), replyTo('A', 'before', 0)])
      const accepted = replyTo('A', '1', -5000)
      const done = replyOf('A', 'ID=1\nFILENAME=a\nCMD=GetFile\nReturn=3\nContent=a\0b')
      const unknown = replyTo('A', '2', null)
      const batch = [
        accepted,
        unknown,
        done,
        unknown,
        replyTo('A', '3', -5000),
        replyTo('A', '3', 7),
        replyTo('A', '3', -5000),
        replyTo('A', '4', -1),
        replyTo('A', '4', 0),
      ]
      const answered = batch.map((reply): AnsweredCommand => {
        return { reply, command: reply.commandId === '1' ? known : undefined }
      })
      const last = [replyTo('A', '3', 7), replyTo('A', '4', 0)]
      const kept = [done, unknown, ...last, replyTo('A', 'before', 0)]
      await adapter.onReplies?.(answered)
      await holds(subject, kept)
      await adapter.onReplies?.(answered)
      await holds(subject, kept)
    },
    needsPair,
  ],
  [
    'keeps each reply of a batch once, though the batch comes many times at the same moment',
    async (subject) => {
      const replies = Array.from({ length: 5 }, (_, index) => replyTo('A', `${index}`, 0))
      const answered = replies.map((reply): AnsweredCommand => ({ reply, command: undefined }))
      const calls = Array.from({ length: 10 }, async () => subject.adapter.onReplies?.(answered))
      await Promise.all(calls)
      await holds(subject, replies)
    },
    needsPair,
  ],
]

// What some database, language or index takes for equal: as numbers, without letter case, trimmed, normalized, cut.
const ALIKE: readonly [string, string][] = [
  ['0012', '12'],
  ['12', '12abc'],
  ['1e3', '1000'],
  ['0x1f', '31'],
  ['9007199254740993', '9007199254740992'],
  ['info8487', 'INFO8487'],
  ['a', 'a '],
  ['é', 'e\u0301'],
  ['e', 'é'],
  ['c', 'c\0d'],
]

function skip(name: string, reason: string, context: unknown): void {
  const runner = Object(context) as { skip?(reason: string): void }
  if (typeof runner.skip === 'function') runner.skip(reason)
  else process.emitWarning(`"${name}" is skipped: ${reason}`, 'ContractWarning')
}

function command(serialNumber: string, commandId: string, text: string): IssuedCommand {
  return { serialNumber, commandId, text }
}

function replyOf(serialNumber: string, record: string | Buffer): CommandReply {
  const [reply] = parseReplies(Buffer.from(record as string), serialNumber).replies
  ok(reply)
  return reply
}

// For ids that the wire can't carry in a record as they are.
function replyTo(serialNumber: string, commandId: string, returnCode: number | null): CommandReply {
  const raw = Buffer.from(`ID=${commandId}&Return=${returnCode ?? ''}&CMD=DATA`)
  const fields = Object.create(null)
  return { serialNumber, commandId, returnCode, commandName: 'DATA', fields, raw }
}

// As the endpoint does it.
async function keep({ adapter }: ContractSubject, replies: readonly CommandReply[]): Promise<void> {
  for (const reply of replies) {
    const found = await adapter.findCommand(reply.serialNumber, reply.commandId)
    await adapter.onReply(reply, found ?? undefined)
  }
}

async function holds(subject: ContractSubject, replies: readonly CommandReply[]): Promise<void> {
  deepEqual(comparable(await subject.replies()), comparable(replies))
}

async function fails(call: string, attempt: () => unknown): Promise<void> {
  await rejects(async () => attempt(), `${call} settled as if it had done its work`)
}

// Replies in one order, and in a shape whose differences a person can read.
function comparable(replies: readonly CommandReply[]): unknown[] {
  const shapes = replies.map((reply) => ({
    key: keyOf(reply.serialNumber, reply.commandId),
    returnCode: reply.returnCode,
    commandName: reply.commandName,
    fields: Object.entries(reply.fields),
    content: reply.content && bytesOf(reply.content),
    raw: bytesOf(reply.raw),
  }))
  return shapes.sort((a, b) => (a.key < b.key ? -1 : 1))
}

function bytesOf(value: Buffer): string {
  ok(Buffer.isBuffer(value), 'bytes must come back as a Buffer')
  return value.toString('latin1')
}

// An adapter may hand out more than was issued, such as dates of its own.
function plain(found: IssuedCommand | null | undefined): IssuedCommand | undefined {
  return found ? command(found.serialNumber, found.commandId, found.text) : undefined
}
