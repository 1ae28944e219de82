// An app with terminals and the page, each on real requests.
import express, { type Express } from 'express'
import {
  commandQueue,
  memoryAdapter,
  type TerminalRouterOptions,
  terminalRouter,
} from '../../src/index.js'
import { type MonitorOptions, type MonitorRouter, monitorRouter } from '../../src/monitor.js'
import { type RosterOptions, roster } from '../../src/roster.js'
import { type TerminalPeople, virtualTerminal } from '../../src/simulator.js'
import { portOf } from './server.js'
import { serve } from './terminal.js'

export const SN = '0316144680030'
export const OTHER_SN = 'CKJF201260099'
export const ZONE = 'Asia/Manila'

interface WatchedOptions extends Partial<MonitorOptions> {
  isReadOnly?: boolean
  path?: string
  router?: Partial<TerminalRouterOptions>
  /** Who belongs on the terminals: the page then has a roster. */
  desired?: RosterOptions['desired']
  /** The people whom the first terminal keeps. */
  held?: TerminalPeople
}

/** Starts an app whose page is at `path`; `front` is what it puts around the whole. */
export async function watched(
  options: WatchedOptions = {},
  front: (app: Express) => Express = (app) => app,
) {
  const { isReadOnly, path = '/admin/terminals', desired, held, router, ...more } = options
  const adapter = memoryAdapter()
  const commands = commandQueue(adapter)
  const people = desired && roster({ adapter, desired })
  const app = express()
  app.use(terminalRouter({ adapter: people?.adapter ?? adapter, timeZone: ZONE, ...router }))
  const monitor: MonitorRouter = monitorRouter({
    ...{ adapter, interval: 50, timeZone: ZONE },
    nameOf: (serialNumbers) =>
      serialNumbers.map((one) => (one === SN ? 'Main entrance' : undefined)),
    ...(isReadOnly ? {} : { commands }),
    ...(people && { roster: people }),
    ...more,
  })
  app.use(path, monitor)
  const server = await serve(front(app))
  const terminal = virtualTerminal({ server, serialNumber: SN, ...(held && { people: held }) })
  const other = virtualTerminal({ server, serialNumber: OTHER_SN })
  const origin = `http://127.0.0.1:${portOf(server)}`
  /** Passes for the first terminal, and the terminal in between, until it is in step. */
  const settle = async () => {
    for (let round = 0; round < 6; round++) {
      await terminal.start(undefined, { untilIdle: true, delay: 1 })
      await people?.reconcile(SN)
    }
  }
  const url = `${origin}${path}/`
  return { adapter, commands, server, terminal, other, monitor, origin, url, settle }
}

export type Watched = Awaited<ReturnType<typeof watched>>

/** Lets the terminals do a bit of everything. Returns the commands' ids. */
export async function populate({ commands, terminal, other, origin }: Watched) {
  await terminal.handshake()
  await other.handshake()
  const done = await commands.issue(SN, { text: 'DATA UPDATE USERINFO PIN=7\tName=Ada' })
  const failed = await commands.issue(SN, { text: 'DATA UPDATE USERINFO PIN=8\tName=Bo' })
  const shell = await commands.issue(SN, { text: 'SHELL ls' })
  const file = await commands.issue(SN, { text: 'GetFile /mnt/log' })
  for (const [, code] of [[done, 0] as const, [failed, -1] as const]) {
    for (const { commandId } of (await terminal.poll()).commands) {
      await terminal.reply(commandId, code)
    }
  }
  await terminal.poll()
  await post(origin, 'devicecmd', `ID=${shell.commandId}&Return=0&CMD=Shell&Content=bin\netc\n`)
  await terminal.poll()
  const bytes = Buffer.from([0, 1, 2, 250, 255])
  const reply = `ID=${file.commandId}&SN=${SN}&FILENAME=log&CMD=GetFile&Return=5&Content=`
  await post(origin, 'devicecmd', Buffer.concat([Buffer.from(reply), bytes]))
  const waiting = await commands.issue(OTHER_SN, { text: 'CHECK' })
  await terminal.attend([
    { pin: '7', time: '2026-10-05 06:58:10' },
    { pin: '8', time: '2026-10-05 17:02:00', status: 1 },
  ])
  await post(origin, 'cdata', 'USER PIN=7\tName=Ada\nnot a record\n', 'table=OPERLOG')
  await post(origin, 'devicecmd', 'not a reply')
  return { done, failed, shell, file, waiting }
}

/** Posts as a terminal does. */
export async function post(
  origin: string,
  endpoint: string,
  body: string | Buffer,
  query = '',
  serialNumber = SN,
): Promise<void> {
  const url = `${origin}/iclock/${endpoint}?SN=${serialNumber}&${query}`
  const answer = await fetch(url, { method: 'POST', body: new Uint8Array(Buffer.from(body)) })
  const text = await answer.text()
  if (!answer.ok || !text.startsWith('OK')) throw new Error(`${answer.status} ${text}`)
}
