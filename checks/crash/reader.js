// A reader of events, which keeps its cursor as an app would while everything is killed.
import { setTimeout as wait } from 'node:timers/promises'
import { events } from 'express-iclock/events'

// What a dead process left is logged by a reader some ten seconds later.
const LONGEST_READ = 40_000

/** @typedef {import('express-iclock/events').TerminalEvent} TerminalEvent */
/** @typedef {import('./storage.js').Storage} Storage */

/**
 * @param {Storage} storage
 * @param {boolean} isOrdered whether its log keeps the order, whoever dies
 */
export function openReader(storage, isOrdered) {
  /** @type {TerminalEvent[]} */
  const seen = []
  let refused = 0
  const stop = new AbortController()
  const { signal } = stop
  const reading = (async () => {
    while (!signal.aborted) {
      try {
        await readOn(storage, seen, { signal })
      } catch (error) {
        const { code = '' } = /** @type {{ code?: string }} */ (error)
        // Whatever else it is, the database is away.
        if (/^(CURSOR|EVENTS)_/.test(code)) refused++
        await wait(200)
      }
    }
  })()

  return {
    /**
     * Reads to the end, and counts faults. @param {Storage} final the storage, to which nobody writes
     * any more @param {readonly string[]} wanted what must have been read, as `wordsOf` has it
     */
    async judge(final, wanted) {
      stop.abort()
      await reading
      const end = Date.now() + LONGEST_READ
      do {
        await readOn(final, seen, { live: false })
        if (missing(wanted, seen) === 0) break
        await wait(1000)
      } while (Date.now() < end)
      const faults = { 'events skipped': missing(wanted, seen), 'cursors refused': refused }
      if (!isOrdered) return faults
      /** @type {TerminalEvent[]} */
      const again = []
      await readOn(final, again, { live: false })
      return { ...faults, 'events out of order': differing(seen, again) }
    },
    async close() {
      stop.abort()
      await reading
      await storage.close()
    },
  }
}

/** @param {Storage} storage @param {TerminalEvent[]} seen @param {object} options */
async function readOn(storage, seen, options) {
  const after = seen.at(-1)?.cursor
  const from = { ...options, ...(after !== undefined && { after }) }
  for await (const event of events(/** @type {any} */ (storage), from)) seen.push(event)
}

/** @param {readonly string[]} wanted @param {readonly TerminalEvent[]} seen */
function missing(wanted, seen) {
  const found = new Set(seen.map(wordsOf))
  return wanted.filter((one) => !found.has(one)).length
}

/** Terminals whose events were not read as they are stored. @param {readonly TerminalEvent[]} seen @param {readonly TerminalEvent[]} stored */
function differing(seen, stored) {
  const terminals = new Set(stored.map(({ serialNumber }) => serialNumber))
  /** @param {readonly TerminalEvent[]} all @param {string} own */
  const idsOf = (all, own) => {
    return all.filter(({ serialNumber }) => serialNumber === own).map(({ id }) => id)
  }
  return [...terminals].filter((own) => `${idsOf(seen, own)}` !== `${idsOf(stored, own)}`).length
}

/** An event as lists would name it. @param {TerminalEvent} event */
function wordsOf(event) {
  const { serialNumber } = event
  switch (event.type) {
    case 'punch':
      return `punch ${serialNumber} ${event.punch.pin}`
    case 'reply':
      return `reply ${serialNumber} ${event.reply.commandId} ${event.reply.returnCode}`
    case 'closed':
      return `closed ${serialNumber} ${event.commandId}`
    case 'upload':
      return `photo ${serialNumber} ${event.upload.pin}`
    default:
      return event.type
  }
}
