// How the cases use an adapter and inspect what it stored.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import { type IssuedCommand, keyOf } from '../command.js'
import type { CommandStorage } from '../queue/storage.js'
import type { CommandReply } from '../reply/reply.js'
import type { ReplyKept, ReplyStorage } from '../reply/storage.js'
import type { ContractSubject } from './subject.js'

/** Issues commands, in this order. */
export async function issueAll(
  subject: ContractSubject,
  commands: readonly IssuedCommand[],
): Promise<void> {
  if (subject.issue !== undefined) {
    for (const command of commands) await subject.issue(command)
    return
  }
  const storage = subject.adapter as Partial<CommandStorage>
  if (!storage.claim || !storage.issue) {
    throw new TypeError('the subject has no issue(), and the adapter is not a CommandStorage')
  }
  const terms = { attempts: 5, replyWithin: 60_000 }
  await storage.issue(commands.map((command) => ({ command, terms, issuedAt: new Date() })))
}

/** Issues the command of each of these replies. */
export async function issueFor(
  subject: ContractSubject,
  replies: readonly CommandReply[],
): Promise<void> {
  const commands = new Map<string, IssuedCommand>()
  for (const { serialNumber, commandId } of replies) {
    const text = 'CHECK'
    commands.set(keyOf(serialNumber, commandId), { serialNumber, commandId, text })
  }
  await issueAll(subject, [...commands.values()])
}

/** The command that an adapter finds, by `findCommand` or as part of its record. */
export async function commandFound(
  adapter: ReplyStorage,
  serialNumber: string,
  commandId: string,
): Promise<IssuedCommand | undefined> {
  if (adapter.findCommand !== undefined) {
    return (await adapter.findCommand(serialNumber, commandId)) ?? undefined
  }
  const { findRecord } = adapter as Partial<CommandStorage>
  if (findRecord === undefined) throw new TypeError('the adapter has no findCommand or findRecord')
  const record = await findRecord.call(adapter, serialNumber, commandId)
  return record?.command
}

/** Passes a reply to an adapter as the endpoint does. */
export async function report(
  adapter: ReplyStorage,
  reply: CommandReply,
): Promise<ReplyKept | undefined> {
  const found = await commandFound(adapter, reply.serialNumber, reply.commandId)
  return (await adapter.onReply(reply, found)) ?? undefined
}

/** Starts a call whose result is awaited later: until then its rejection isn't an unhandled one. */
export function started<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {})
  return call
}

/** Passes replies to the adapter, one after the other. */
export async function reportAll(
  { adapter }: ContractSubject,
  replies: readonly CommandReply[],
): Promise<void> {
  for (const reply of replies) await report(adapter, reply)
}

/** Checks that storage has exactly these replies. */
export async function holds(
  subject: ContractSubject,
  replies: readonly CommandReply[],
): Promise<void> {
  deepEqual(readable(await subject.replies()), readable(replies))
}

/** Checks that no such command is found. */
export async function findsNothing(
  adapter: ReplyStorage,
  serialNumber: string,
  id: string,
): Promise<void> {
  const found = await commandFound(adapter, serialNumber, id)
  const asked = `terminal ${JSON.stringify(serialNumber)}, id ${JSON.stringify(id)}`
  equal(found, undefined, `for ${asked} it found ${JSON.stringify(found)}`)
}

/** Checks that a call rejects or throws. */
export async function fails(call: string, attempt: () => unknown): Promise<void> {
  await rejects(async () => attempt(), `${call} fulfilled as if it had done its work`)
}

// A reply that has one of them can be read, but not stored by every database.
const SPOILT: readonly object[] = [
  { raw: undefined },
  { raw: null },
  { raw: 7 },
  { fields: null },
  { commandName: null },
  { commandName: Symbol('no text') },
  { returnCode: Symbol('no code') },
]

/** Checks that a call with a spoilt reply rejects, or else has stored something for it. */
export async function storesOrRejects(
  subject: ContractSubject,
  store: (commandId: string, spoilt: object) => Promise<void>,
): Promise<void> {
  await issueAll(
    subject,
    SPOILT.map((_, index) => ({ serialNumber: 'A', commandId: `${index}`, text: 'CHECK' })),
  )
  for (const [index, spoilt] of SPOILT.entries()) {
    try {
      await store(`${index}`, spoilt)
    } catch {
      continue
    }
    // What is stored of it may be unreadable.
    const kept = await (async () => subject.replies())().catch(() => undefined)
    const isStored = kept?.some(({ commandId }) => commandId === `${index}`) ?? true
    ok(isStored, `a reply with ${inspect(spoilt)} was neither stored nor refused`)
  }
}

/** Lets this many turns of the event loop pass. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate()
}

/** Waits until the clock shows another time: two calls in one millisecond have no order. */
export async function nextMillisecond(): Promise<void> {
  const now = Date.now()
  while (Date.now() <= now) await turns(1)
}

/** A found command, without the members that an adapter may add. */
export function plain(found: IssuedCommand | null | undefined): IssuedCommand | undefined {
  if (!found) return undefined
  const { serialNumber, commandId, text } = found
  return { serialNumber, commandId, text }
}

/** Replies in one order, and in a shape that diffs readably. */
export function readable(replies: readonly CommandReply[]): unknown[] {
  const shapes = replies.map((reply) => ({
    key: keyOf(reply.serialNumber, reply.commandId),
    reply,
  }))
  shapes.sort((a, b) => (a.key < b.key ? -1 : 1))
  return shapes.map(({ key, reply }) => ({
    key: shown(key),
    returnCode: reply.returnCode,
    rows: reply.rows,
    commandName: shown(reply.commandName),
    fields: Object.entries(reply.fields).map(([name, value]) => `${shown(name)}=${shown(value)}`),
    content: reply.content && bytesOf(reply.content),
    raw: bytesOf(reply.raw),
  }))
}

/** Bytes as text; checks that they are a Buffer. */
export function bytesOf(value: Buffer): string {
  ok(Buffer.isBuffer(value), 'bytes must come back as a Buffer')
  return shown(value.toString('latin1'))
}

/** A text, shortened if it is long: a diff of long texts takes minutes. */
export function shown(text: string): string {
  if (text.length <= 400) return text
  const digest = createHash('sha256').update(text).digest('hex')
  return `${text.slice(0, 40)}… of ${text.length}, ${digest}`
}
