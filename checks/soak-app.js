// The app under the soak, in its own process: a complete server for terminals on storage that
// forgets settled commands, so that whatever stays in the heap belongs to the endpoints. It issues
// commands steadily, and reports its heap and handles on request.
import { setMaxListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import express from 'express'
import { commandQueue, outcomeOf, terminalRouter, tolerateExtraBytes } from 'express-iclock'

// Settled commands that are still known, for those who wait for their results. Each holds the body of its
// reply, so there are few enough to have come before the heap is first measured.
const REMEMBERED = 200
const TERMS = { attempts: 5, replyWithin: 60_000 }
const COUNTS = { issued: 0, settled: 0, 'not settled': 0, 'unhandled rejections': 0, errors: 0 }

process.on('unhandledRejection', () => COUNTS['unhandled rejections']++)
process.on('uncaughtException', () => COUNTS['unhandled rejections']++)

/** @typedef {import('express-iclock').CommandRecord & { command: import('express-iclock').IssuedCommand }} Issued */

/**
 * Commands in memory, the newest of the settled ones only; of replies, uploads and contacts nothing.
 *
 * @returns {import('express-iclock').TerminalAdapter}
 */
function forgetfulStorage() {
  /** @type {Map<string, Issued>} */
  const records = new Map()
  /** @type {string[]} */
  const settled = []
  const keyOf = (/** @type {string} */ serialNumber, /** @type {string} */ id) =>
    `${serialNumber} ${id}`
  const isOpen = (/** @type {Issued} */ record, /** @type {Date} */ now) =>
    !record.reply && !record.cancelled && !(record.openUntil && record.openUntil <= now)
  const settle = (/** @type {string} */ key, /** @type {object} */ members) => {
    const record = records.get(key)
    if (record === undefined) return false
    Object.assign(record, members)
    settled.push(key)
    if (settled.length > REMEMBERED) records.delete(String(settled.shift()))
    return true
  }
  return {
    issue(commands) {
      for (const queued of commands) {
        const { serialNumber, commandId } = queued.command
        records.set(keyOf(serialNumber, commandId), { ...queued, attemptsMade: 0 })
      }
    },
    openCommands(serialNumber, now, { limit }) {
      /** @type {import('express-iclock').OpenCommand[]} */
      const open = []
      for (const { command, terms, ...record } of records.values()) {
        if (command.serialNumber !== serialNumber || !isOpen({ command, ...record }, now)) continue
        if (open.length === limit) return { records: open, more: true }
        const { commandId, text } = command
        open.push({ ...record, serialNumber, commandId, text, terms: terms ?? TERMS })
      }
      return { records: open, more: false }
    },
    claim(serialNumber, claims) {
      /** @type {string[]} */
      const granted = []
      for (const { commandId, attempt, ...times } of claims) {
        const record = records.get(keyOf(serialNumber, commandId))
        if (record === undefined || record.attemptsMade !== attempt - 1) break
        if (!isOpen(record, times.sentAt)) break
        Object.assign(record, { openUntil: undefined, ...times, attemptsMade: attempt })
        granted.push(commandId)
      }
      return granted
    },
    release(serialNumber, at) {
      for (const record of records.values()) {
        if (
          record.command.serialNumber === serialNumber &&
          record.replyDueAt &&
          record.replyDueAt > at
        )
          record.replyDueAt = at
      }
    },
    cancel: (serialNumber, which, at, reason) =>
      'key' in which
        ? []
        : which.ids.filter((id) => {
            return settle(keyOf(serialNumber, id), { cancelled: { at, reason } })
          }),
    findRecord: (serialNumber, id) => records.get(keyOf(serialNumber, id)),
    findSummaries: (identities) =>
      identities.flatMap(({ serialNumber, commandId }) => {
        const record = records.get(keyOf(serialNumber, commandId))
        if (record === undefined) return []
        const { command, reply, ...progress } = record
        const { returnCode = null, commandName = '' } = reply ?? {}
        const said = { returnCode, commandName, ...(reply && outcomeOf(reply, command)) }
        return [
          {
            ...{ ...progress, serialNumber, commandId, text: command.text, members: {} },
            ...(reply && { reply: /** @type {any} */ (said) }),
          },
        ]
      }),
    nextNumbers: () => 1,
    onReply(reply) {
      const key = keyOf(reply.serialNumber, reply.commandId)
      if (records.get(key)?.reply) return 'repeated'
      settle(key, { reply, repliedAt: new Date() })
      return 'kept'
    },
    ...{ onUnparsed() {}, onUpload() {}, onContact() {}, findTerminal() {} },
  }
}

const adapter = forgetfulStorage()
const commands = commandQueue(adapter)
let over = new AbortController()

/** One command after the other for a terminal; each result is awaited. */
async function command(/** @type {string} */ serialNumber) {
  const { signal } = over
  // The results of all terminals listen to it, and more than ten look like a leak to Node.
  setMaxListeners(0, signal)
  while (!signal.aborted) {
    COUNTS.issued++
    try {
      const issued = await commands.issue(serialNumber, { text: 'CHECK' })
      const { state } = await commands.result(issued, { timeout: 30_000, signal })
      COUNTS[state === 'succeeded' ? 'settled' : 'not settled']++
    } catch {
      COUNTS['not settled']++
    }
    await wait(500)
  }
}

const app = express()
app.use(terminalRouter({ adapter, reply: { limit: '64kb' }, timeZone: 'Asia/Manila' }))
app.use(
  /** @type {import('express').ErrorRequestHandler} */
  (error, _req, res, _next) => {
    if (!(error.status < 500)) COUNTS.errors++
    res.status(error.status ?? 500).end()
    return undefined
  },
)
const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port })
})
tolerateExtraBytes(server)

/** Handles by kind, except those of a connection that is being answered right now. */
function handles() {
  /** @type {Record<string, number>} */
  const count = {}
  for (const kind of process.getActiveResourcesInfo()) count[kind] = (count[kind] ?? 0) + 1
  return count
}

process.on('message', async (/** @type {{ command?: string[], stop?: boolean }} */ question) => {
  const { command: serialNumbers, stop } = question
  if (serialNumbers) {
    over = new AbortController()
    for (const serialNumber of serialNumbers) command(serialNumber)
  }
  if (stop) over.abort()
  // Twice: memory released by finalizers is free only after the second.
  globalThis.gc?.()
  await wait(100)
  globalThis.gc?.()
  process.send?.({ heap: process.memoryUsage().heapUsed, handles: handles(), ...COUNTS })
})
process.on('disconnect', () => process.exit())
