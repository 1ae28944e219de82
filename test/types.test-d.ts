// The types in a TypeScript app: checked by the compiler, never run.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request, Router } from 'express'
import { expectTypeOf, it } from 'vitest'
import {
  type AnsweredCommand,
  type CommandReply,
  type CommandReplyHandlerOptions,
  commandReplyHandler,
  commandReplyRouter,
  type Family,
  type FamilyOfTerminal,
  handshakeHandler,
  IclockError,
  type IclockErrorCode,
  type IssuedCommand,
  type MemoryAdapter,
  memoryAdapter,
  outcomeOf,
  parseReplies,
  parseUpload,
  type ReplyStorage,
  type Terminal,
  terminalRouter,
  uploadHandler,
} from '../src/index.js'
import type { QueuedCommand } from '../src/queue/storage.js'

interface PayrollCommand extends IssuedCommand {
  employee: number
}
declare const payroll: ReplyStorage<PayrollCommand>
declare const reply: CommandReply

it("onReply gets an app's own command type", () => {
  commandReplyRouter({
    adapter: {
      findCommand: (): PayrollCommand | null => null,
      onReply(reply, command) {
        expectTypeOf(reply).toEqualTypeOf<CommandReply>()
        expectTypeOf(command).toEqualTypeOf<PayrollCommand | undefined>()
      },
    },
  })
})

it("A hook spread over another adapter gets an app's own command type", () => {
  for (const endpoint of [commandReplyRouter, commandReplyHandler]) {
    endpoint({
      adapter: {
        ...payroll,
        onReply(_reply, command) {
          expectTypeOf(command).toEqualTypeOf<PayrollCommand | undefined>()
        },
        async onReplies(answered) {
          expectTypeOf(answered).toEqualTypeOf<readonly AnsweredCommand<PayrollCommand>[]>()
        },
      },
    })
  }
})

it("memoryAdapter() keeps an app's own command type", () => {
  const adapter = memoryAdapter<PayrollCommand>()
  expectTypeOf(adapter.recordSent).toBeCallableWith({} as PayrollCommand)
  expectTypeOf(adapter.issue).toBeCallableWith([] as QueuedCommand<PayrollCommand>[])
  memoryAdapter().recordSent({ serialNumber: 'A', commandId: '1', text: 'CHECK', employee: 7 })
  expectTypeOf(adapter.findRecord('A', '1')?.command).toEqualTypeOf<PayrollCommand | undefined>()
  expectTypeOf(memoryAdapter()).toEqualTypeOf<MemoryAdapter<IssuedCommand>>()
  // @ts-expect-error: a command without what the app's own type asks for
  adapter.recordSent({ serialNumber: 'A', commandId: '1', text: 'CHECK' })
})

it('Commands that lack what the protocol needs, and ids that are not text, are refused', () => {
  // @ts-expect-error: a command without its terminal
  expectTypeOf<ReplyStorage<{ commandId: string; text: string }>>()
  // @ts-expect-error: 0012 would be 12
  memoryAdapter().recordSent({ serialNumber: 'A', commandId: 12, text: 'CHECK' })
})

it('Storage may answer immediately or later', () => {
  const later = {
    findCommand: async (): Promise<PayrollCommand | undefined> => undefined,
    onReply: async () => {},
  }
  const atOnce = { findCommand: (): PayrollCommand | null => null, onReply() {} }
  expectTypeOf(later).toExtend<ReplyStorage<PayrollCommand>>()
  expectTypeOf(atOnce).toExtend<ReplyStorage<PayrollCommand>>()
})

it('An unknown option, and storage that cannot store, are refused', () => {
  // @ts-expect-error: only the router has a path
  commandReplyHandler({ adapter: payroll, path: '/iclock/devicecmd' })
  // @ts-expect-error: nothing keeps the replies
  commandReplyRouter({ adapter: { findCommand: () => null } })
  // @ts-expect-error: there is no storage
  commandReplyRouter({})
})

it('Express gets a router, and node:http a request listener', () => {
  expectTypeOf(commandReplyRouter({ adapter: payroll })).toEqualTypeOf<Router>()
  expectTypeOf(commandReplyHandler({ adapter: payroll })).toExtend<
    (req: IncomingMessage, res: ServerResponse) => void
  >()
})

it('The function authorize gets the request of Express in a router, and that of node:http in a handler', () => {
  commandReplyRouter({
    adapter: payroll,
    authorize: (_serialNumber, req) => {
      expectTypeOf(req).toEqualTypeOf<Request>()
      return req.ip === '203.0.113.9'
    },
  })
  commandReplyHandler({
    adapter: payroll,
    authorize: (_serialNumber, req) => {
      expectTypeOf(req).toEqualTypeOf<IncomingMessage>()
      return req.headers['x-token'] === 'secret'
    },
  })
  // In app.post(path, handler) it is Express's, and may be typed as such.
  commandReplyHandler({
    adapter: payroll,
    authorize: (_serialNumber, req: Request) => req.ip === '203.0.113.9',
  })
})

it('Commands may have more than the protocol needs', () => {
  memoryAdapter().recordSent({ serialNumber: 'A', commandId: '1', text: 'CHECK', employee: 7 })
})

it('The function authorize may answer immediately or later', () => {
  type Authorize = NonNullable<CommandReplyHandlerOptions['authorize']>
  expectTypeOf<(serialNumber: string) => boolean>().toExtend<Authorize>()
  expectTypeOf<(serialNumber: string) => Promise<boolean>>().toExtend<Authorize>()
  expectTypeOf<() => string>().not.toExtend<Authorize>()
})

it('A reply has these members', () => {
  expectTypeOf(reply.commandId).toEqualTypeOf<string>()
  expectTypeOf(reply.returnCode).toEqualTypeOf<number | null>()
  expectTypeOf(reply.content).toEqualTypeOf<Buffer | undefined>()
  expectTypeOf(parseReplies(Buffer.alloc(0), { serialNumber: 'A' }).unparsed).toEqualTypeOf<
    Buffer[]
  >()
})

it('Every outcome and every code has a name', () => {
  expectTypeOf(outcomeOf(reply).outcome).toEqualTypeOf<
    'succeeded' | 'failed' | 'pending' | 'unknown'
  >()
  expectTypeOf(outcomeOf).parameter(1).toEqualTypeOf<IssuedCommand | null | undefined>()
  expectTypeOf(outcomeOf).parameter(2).toEqualTypeOf<Family | FamilyOfTerminal | undefined>()
  expectTypeOf(new IclockError('BODY_ALREADY_READ', '').code).toEqualTypeOf<IclockErrorCode>()
  // @ts-expect-error: no such code
  new IclockError('NOT_A_CODE', '')
})

it('An app may decide for each terminal, immediately or later, in typed words', () => {
  const adapter = memoryAdapter()
  terminalRouter({ adapter })
  terminalRouter({
    adapter,
    timeZone: (serialNumber) => (serialNumber === 'A' ? 'Asia/Manila' : undefined),
    encoding: async (serialNumber) => (serialNumber === 'A' ? 'gb18030' : undefined),
    acknowledgements: async () => ({ user: 'OK' }),
    commandIds: () => 'number',
    authorize: (serialNumber, req) => req.ip === '192.0.2.1' || serialNumber === 'A',
    handshake: async ({ model, family }) =>
      model === 'X100-C' && family === 'attendance' ? { transFlag: ['AttLog'] } : {},
  })
  terminalRouter({
    adapter,
    handshake: ({ firmware }) => ({ keys: { ServerName: `${firmware}` } }),
  })
  // @ts-expect-error: a word is text
  terminalRouter({ adapter, handshake: { transFlag: [8] } })
  // @ts-expect-error: a zone is text
  handshakeHandler({ adapter, timeZone: 8 })
  expectTypeOf(handshakeHandler({ adapter })).toExtend<
    (req: IncomingMessage, res: ServerResponse) => void
  >()
  expectTypeOf(adapter.findTerminal('A')).toEqualTypeOf<Terminal | undefined>()
})

it('The records of an upload are told apart by their kind', () => {
  for (const record of parseUpload(Buffer.alloc(0)).records) {
    if (record.kind === 'attendance') {
      expectTypeOf(record.pin).toEqualTypeOf<string>()
      expectTypeOf(record.instant).toEqualTypeOf<Date | undefined>()
      // @ts-expect-error: it has columns
      record.fields
    } else if (record.kind === 'fields') {
      expectTypeOf(record.fields).toEqualTypeOf<Record<string, string>>()
    } else if (record.kind === 'file') expectTypeOf(record.content).toEqualTypeOf<Buffer>()
    expectTypeOf(record.raw).toEqualTypeOf<Buffer>()
  }
})

it('Storage may report what was new, or not', () => {
  const adapter = memoryAdapter()
  const rows: string[] = []
  uploadHandler({
    adapter: {
      ...adapter,
      async onUpload(upload) {
        const fresh = adapter.onUpload(upload)
        rows.push(...fresh.flatMap((record) => (record.kind === 'attendance' ? record.pin : [])))
        return fresh
      },
    },
    afterUpload: ({ records }) => records.length,
  })
  uploadHandler({ adapter: { onUpload: () => {} } })
  uploadHandler({ adapter: { onUpload: async () => {} } })
  // @ts-expect-error: nothing keeps uploads
  uploadHandler({ adapter: { findCommand: () => null } })
})
