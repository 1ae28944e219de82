// The adapter of the router with the roster listening: it calls everything of the app's adapter.
import { type Awaitable, isThenable } from '../endpoint/deadline.js'
import { membersOf } from '../member.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand } from '../reply/storage.js'
import { recentTerminals } from '../terminal/recent.js'
import { type Hearing, hear, hearCount, hearEnrolled } from './hear.js'
import { isAboutPeople } from './heard.js'
import type { RosterAdapter } from './options.js'

// What the roster issues, and what else may change who is on a terminal.
const OF_PEOPLE = /^(?:data|info|clear|enroll)/i
const ENROLLING = /^ENROLL_(?:FP|BIO)\b.*?\bPIN=(\w+)/
// A terminal that is forgotten has one pass more.
const MOST_COUNTS = 10_000

type Answered = AnsweredCommand

/**
 * Wraps an adapter.
 *
 * @param touch called when something happened to a terminal that a pass may have to do with
 */
export function listening<Adapter extends RosterAdapter>(
  adapter: Adapter,
  hearing: Hearing,
  touch: (serialNumber: string) => void,
): Adapter {
  const touched = <Answer>(answer: Awaitable<Answer>, serialNumber: string): Awaitable<Answer> => {
    if (!isThenable(answer)) {
      touch(serialNumber)
      return answer
    }
    return Promise.resolve(answer).then((value) => {
      touch(serialNumber)
      return value
    })
  }
  const counts = recentTerminals<number>(MOST_COUNTS)
  const isOfPeople = ({ commandName }: CommandReply, text: string | undefined) => {
    return OF_PEOPLE.test(text ?? commandName)
  }
  const noted = <Answer>(answer: Awaitable<Answer>, answered: readonly Answered[]) => {
    const ofPeople = answered.filter(({ reply, command }) => isOfPeople(reply, command?.text))
    const [one] = ofPeople
    if (one === undefined) return answer
    const { serialNumber } = one.reply
    const enrolled = ofPeople.flatMap(enrolledBy)
    if (enrolled.length === 0) return touched(answer, serialNumber)
    const work = Promise.resolve(answer).then(async (kept) => {
      for (const pin of enrolled) await hearEnrolled(serialNumber, pin, adapter)
      return kept
    })
    return touched(work, serialNumber)
  }
  const own: Partial<RosterAdapter> = {
    onUpload(upload) {
      const answer = adapter.onUpload(upload)
      if (!isAboutPeople(upload.records)) return answer
      return Promise.resolve(answer).then(async (fresh) => {
        await hear(upload, hearing)
        return fresh
      })
    },
    onReply(reply, command) {
      return noted(adapter.onReply(reply, command), [{ reply, command }])
    },
    onContact(contact) {
      const answer = adapter.onContact(contact)
      const { kind, serialNumber, users } = contact
      if (kind !== 'handshake' && users === undefined) return answer
      return Promise.resolve(answer).then(async () => {
        const isNoted = await hearCount(contact, adapter)
        // Many terminals count at each poll.
        const isChange = users !== undefined && counts.get(serialNumber) !== users
        if (users !== undefined) counts.set(serialNumber, users)
        if (kind === 'handshake' || isNoted || isChange) touch(serialNumber)
      })
    },
  }
  if (adapter.onReplies !== undefined) {
    own.onReplies = (answered) => noted(adapter.onReplies?.(answered), answered)
  }
  return Object.assign(Object.fromEntries(membersOf(adapter)) as object as Adapter, own)
}

/** Who was enrolled by a command of the app's. */
function enrolledBy({ reply, command }: Answered): string[] {
  if (reply.returnCode !== 0) return []
  const [, pin] = ENROLLING.exec(command?.text ?? '') ?? []
  return pin === undefined ? [] : [pin]
}
