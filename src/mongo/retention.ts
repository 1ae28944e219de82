// Deletes what is settled and old, never what is open.
import type { Forgotten } from '../kept.js'
import type { Collections } from './driver.js'

/** Deletes what was closed, replied or uploaded before this moment. */
export async function forgetOn(
  { commands, attendance, uploads, unparsed }: Collections,
  before: Date,
): Promise<Forgotten> {
  // A moment in the future would count what is still open as closed.
  const old = { $lt: new Date(Math.min(before.getTime(), Date.now())) }
  const isOver = (name: string) => ({ $or: [{ [name]: { $exists: false } }, { [name]: old }] })
  const closed = {
    listedAt: old,
    // The latest event counts.
    $and: [
      isOver('sentAt'),
      isOver('cancelled.at'),
      isOver('reply.receivedAt'),
      // Closed by a final reply, by cancelling, or because it expired.
      {
        $or: [
          { 'reply.outcome': { $in: ['succeeded', 'failed', 'unknown'] } },
          { cancelled: { $exists: true } },
          { openUntil: old },
        ],
      },
    ],
  }
  const received = { receivedAt: old }
  return {
    commands: (await commands.deleteMany(closed)).deletedCount,
    attendance: (await attendance.deleteMany(received)).deletedCount,
    uploads: (await uploads.deleteMany(received)).deletedCount,
    unparsed: (await unparsed.deleteMany(received)).deletedCount,
  }
}
