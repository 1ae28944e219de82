// Adapters with a defect, each of which a campaign must find.
import { setTimeout as wait } from 'node:timers/promises'

/** @typedef {keyof typeof DEFECTS} Defect */

const CARELESS = 250

const DEFECTS = {
  /** Grants every claim, whether or not another poll was faster. */
  claim: (/** @type {any} */ storage) => ({
    /** @param {string} serialNumber @param {{ commandId: string }[]} claims */
    async claim(serialNumber, claims) {
      await storage.claim(serialNumber, claims)
      return claims.map(({ commandId }) => commandId)
    },
  }),
  /** Confirms before the data is stored. */
  answer: (/** @type {any} */ storage) => ({
    onReplies: undefined,
    ...Object.fromEntries(
      ['onReply', 'onUpload'].map((name) => {
        const late = (/** @type {any[]} */ ...args) => {
          wait(CARELESS)
            .then(() => storage[name](...args))
            .catch(() => {})
        }
        return [name, late]
      }),
    ),
  }),
  /** Confirms files and stores none of them. */
  file: (/** @type {any} */ storage) => ({
    /** @param {any} upload */
    onUpload(upload) {
      const isFile = (/** @type {any} */ { kind, type }) => kind === 'file' || type === 'attphoto'
      const records = upload.records.filter((/** @type {any} */ record) => !isFile(record))
      return storage.onUpload({ ...upload, records })
    },
  }),
  /** Stores the rows of a query, and doesn't conclude it. */
  rows: (/** @type {any} */ storage) => ({
    /** @param {any[]} args */
    onReply: (...args) => (args[0].rows === undefined ? storage.onReply(...args) : undefined),
  }),
  /** Takes every terminal for a time clock. */
  family: (/** @type {any} */ storage) => ({
    onContact: (/** @type {any} */ contact) =>
      storage.onContact({ ...contact, family: 'attendance' }),
  }),
  /** Makes the reply to an attempt due at once, so that the command is handed out again too soon. */
  early: (/** @type {any} */ storage) => ({
    /** @param {string} serialNumber @param {{ sentAt: Date }[]} claims */
    claim(serialNumber, claims) {
      return storage.claim(
        serialNumber,
        claims.map((claim) => ({ ...claim, replyDueAt: claim.sentAt })),
      )
    },
  }),
  /**
   * Treats a command on the terminal as done, so that its next attempt comes after later commands.
   */
  overtake: (/** @type {any} */ storage) => ({
    /** @param {any[]} args */
    async openCommands(...args) {
      const { records, more } = await storage.openCommands(...args)
      const open = records.filter((/** @type {any} */ record) => !(record.replyDueAt > new Date()))
      return { records: open, more }
    },
  }),
  /** Waits for the reply to what was sent by a clock that was ahead, however far. */
  ahead: (/** @type {any} */ storage) => ({
    /** @param {any[]} args */
    async openCommands(...args) {
      const { records, more } = await storage.openCommands(...args)
      const now = new Date()
      const recent = (/** @type {any} */ record) =>
        record.sentAt > now ? { ...record, sentAt: now } : record
      return { records: records.map(recent), more }
    },
  }),
}

export const DEFECT_NAMES = /** @type {Defect[]} */ (Object.keys(DEFECTS))

/**
 * @param {import('./storage.js').Storage} storage
 * @param {string | undefined} defect
 * @returns {import('./storage.js').Storage}
 */
export function withDefect(storage, defect) {
  if (defect === undefined || defect === '') return storage
  const broken = DEFECTS[/** @type {Defect} */ (defect)](storage)
  const adapter = /** @type {any} */ ({ ...storage, ...broken })
  if (adapter.onReplies === undefined) {
    // They go together.
    delete adapter.onReplies
    delete adapter.findCommands
  }
  return adapter
}
