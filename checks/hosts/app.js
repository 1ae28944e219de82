// The app that each host serves: the terminals' endpoints, and one to issue a command.
import { commandQueue, memoryAdapter } from 'express-iclock'
import { terminalFetch } from 'express-iclock/web'

const adapter = memoryAdapter()
const commands = commandQueue(adapter)
const terminals = terminalFetch({ adapter, timeZone: 'Asia/Manila' })

/** @param {Request} request @param {{ address?: string, waitUntil?: (work: Promise<unknown>) => void }} [context] */
export async function handle(request, context) {
  const url = new URL(request.url)
  if (url.pathname === '/issue') {
    const { sn = '', id = '', text = '' } = Object.fromEntries(url.searchParams)
    await commands.issue(sn, { text }, { commandId: id })
    return new Response('issued')
  }
  return (await terminals(request, context)) ?? new Response('not for terminals', { status: 404 })
}
