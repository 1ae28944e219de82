// What terminals did in the last hour, minute by minute, as this process served them.
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { ReplyEvent } from '../reply/event.js'

/** One minute. */
export interface ActiveMinute {
  /** When it began, in milliseconds. */
  at: number
  polls: number
  replies: number
  uploads: number
}

/** Counts until it is closed. */
export interface Activity {
  /** When it started counting, in milliseconds. */
  since: number
  /** The last sixty minutes, the oldest first. */
  lastHour(now: number): ActiveMinute[]
  close(): void
}

const MINUTE = 60_000
const LENGTH = 60

/** Counts what the endpoints of this process publish (`node:diagnostics_channel`). */
export function activity(since: number = Date.now()): Activity {
  const minutes = new Map<number, ActiveMinute>()

  function count(what: 'polls' | 'replies' | 'uploads', times: number): void {
    const at = Math.floor(Date.now() / MINUTE) * MINUTE
    let minute = minutes.get(at)
    if (minute === undefined) {
      minute = emptyMinute(at)
      minutes.set(at, minute)
      for (const old of minutes.keys()) if (old <= at - LENGTH * MINUTE) minutes.delete(old)
    }
    minute[what] += times
  }

  const onPoll = () => count('polls', 1)
  const onReply = (event: unknown) => count('replies', (event as ReplyEvent).replies.length)
  const onUpload = () => count('uploads', 1)
  CHANNELS.poll.subscribe(onPoll)
  CHANNELS.reply.subscribe(onReply)
  CHANNELS.upload.subscribe(onUpload)

  return {
    since,
    lastHour(now) {
      const last = Math.floor(now / MINUTE) * MINUTE
      return Array.from({ length: LENGTH }, (_, index) => {
        const at = last - (LENGTH - 1 - index) * MINUTE
        return { ...(minutes.get(at) ?? emptyMinute(at)) }
      })
    },
    close() {
      CHANNELS.poll.unsubscribe(onPoll)
      CHANNELS.reply.unsubscribe(onReply)
      CHANNELS.upload.unsubscribe(onUpload)
    },
  }
}

function emptyMinute(at: number): ActiveMinute {
  return { at, polls: 0, replies: 0, uploads: 0 }
}
