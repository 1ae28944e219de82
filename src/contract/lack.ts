// The first case: what an adapter and its subject lack, and who needs it.
import { AssertionError } from 'node:assert/strict'
import { OFFER_CALLS } from '../files/storage.js'
import { ROSTER_CALLS } from '../roster/storage.js'
import type { Case, ContractSubject } from './subject.js'

interface Need {
  /** Calls that only work together. */
  calls: readonly string[]
  /** Who needs them, or what there is without them. */
  who: string
}

const COMMANDS = ['issue', 'openCommands', 'claim', 'release', 'cancel']

/** The calls of each capability: an adapter has all of them, or none. */
const CAPABILITIES: readonly Need[] = [
  {
    calls: [...COMMANDS, 'findRecord', 'findSummaries', 'nextNumbers'],
    who: 'terminalRouter and deliveryHandler need them to send commands, and so does commandQueue',
  },
  {
    calls: ['onUpload'],
    who: 'terminalRouter and uploadHandler need it for attendance and everything else that terminals upload',
  },
  {
    calls: ['onContact', 'findTerminal'],
    who: 'terminalRouter and handshakeHandler need them to know the terminals',
  },
  {
    calls: ['onRefused', 'listRefused', 'forgetRefused'],
    who: 'without them, nobody sees which serial numbers authorize refused',
  },
  {
    calls: ROSTER_CALLS,
    who: 'roster needs them to know who is on which terminal',
  },
  {
    calls: OFFER_CALLS,
    who: 'fileOffers and the option openFile of terminalRouter need them to give files to terminals',
  },
  {
    calls: ['forget', 'forgetPerson'],
    who: 'your app needs them to delete what is old, and what is about a person',
  },
]

const OPTIONAL: readonly Need[] = [
  {
    calls: ['onUnparsed'],
    who: 'without it, commandReplyRouter refuses a body with a line that is not a valid reply',
  },
  {
    calls: ['findCommands', 'onReplies'],
    who: 'without them, each reply of a body costs two round trips to storage',
  },
]

// Only of use to adapters with the capability.
const FURTHER: readonly (Need & { capability: string })[] = [
  {
    capability: 'openCommands',
    calls: ['recordSent'],
    who: 'your app needs it if it sends commands of its own, past the queue',
  },
  {
    capability: 'onUpload',
    calls: ['findPackets'],
    who: 'without it, results of queries that come in several requests are never read',
  },
  {
    capability: 'onUpload',
    calls: ['sumPackets'],
    who: 'without it, a result of more than 64 MB concludes no query',
  },
  {
    capability: 'onUpload',
    calls: ['eventLog', 'readEvents'],
    who: 'events() needs them: the adapters of this package have them with { events: true }',
  },
  ...[
    ['openCommands', 'listCommands', 'countCommands', 'findBeginning'],
    ['openCommands', 'listReplies', 'listUnparsed'],
    ['onUpload', 'listAttendance', 'countAttendance', 'listUploads'],
    ['onContact', 'listTerminals'],
  ].map(([capability = '', ...calls]) => ({
    ...{ capability, calls },
    who: `monitorRouter needs ${calls.length > 1 ? 'them' : 'it'} for its page`,
  })),
]

const WAYS: Readonly<Partial<Record<keyof ContractSubject, string>>> = {
  unparsed: 'nothing is proved about lines that are not valid replies',
  lines: 'nothing is proved about what is stored of uploads',
  reopen: 'nothing is proved about two processes of an app',
  stall: 'nothing is proved about calls that are delayed on their way',
  disconnect: 'nothing is proved about storage that can not be reached',
}

/** The first case: it fails if an adapter can't work, and is skipped if it could do more. */
export const LACK_CASES: readonly Case[] = [
  {
    name: 'The adapter has whole capabilities, and everything about them can be proved',
    otherwise: 'A router refuses the adapter when it is made.',
    missing(subject) {
      demand(subject)
      const gaps = [...lackingOf(subject.adapter), ...unprovable(subject)]
      return gaps.length === 0 ? undefined : gaps.join('; ')
    },
    async check() {},
  },
]

function demand({ adapter, replies }: ContractSubject): void {
  const wrong: string[] = []
  if (typeof adapter !== 'object' || adapter === null) {
    throw failure('the subject has no adapter: an object with the functions of your storage')
  }
  if (typeof replies !== 'function') {
    wrong.push('the subject has no replies(): the cases need it to see which replies are stored')
  }
  if (!has(adapter, 'onReply')) {
    wrong.push('the adapter has no onReply: commandReplyRouter and terminalRouter need it')
  }
  if (!has(adapter, 'findCommand') && !has(adapter, 'findRecord')) {
    wrong.push('the adapter has no findCommand or findRecord: a reply needs it to find its command')
  }
  for (const { calls, who } of CAPABILITIES) {
    const lacking = calls.filter((call) => !has(adapter, call))
    // Apps have an `issue` of their own.
    const begun = calls.filter((call) => has(adapter, call))
    if (begun.every((call) => call === 'issue') || lacking.length === 0) continue
    wrong.push(`the adapter has ${begun.join(', ')}, but no ${lacking.join(', no ')}: ${who}`)
  }
  if (has(adapter, 'findCommands') !== has(adapter, 'onReplies')) {
    wrong.push('findCommands and onReplies work together: the adapter has only one of them')
  }
  if (wrong.length > 0) throw failure(wrong.join('\n'))
}

function lackingOf(adapter: object): string[] {
  const further = FURTHER.filter(({ capability }) => has(adapter, capability))
  return [...CAPABILITIES, ...OPTIONAL, ...further].flatMap(({ calls, who }) => {
    const lacking = calls.filter((call) => !has(adapter, call))
    return lacking.length === 0 ? [] : `the adapter has no ${lacking.join(', ')} (${who})`
  })
}

function unprovable(subject: ContractSubject): string[] {
  const { adapter } = subject
  return Object.entries(WAYS).flatMap(([way, what]) => {
    if (subject[way as keyof typeof WAYS] !== undefined) return []
    if (way === 'unparsed' && !has(adapter, 'onUnparsed')) return []
    return way === 'lines' && !has(adapter, 'onUpload')
      ? []
      : `the subject has no ${way}() (${what})`
  })
}

function has(adapter: object, call: string): boolean {
  return typeof Reflect.get(adapter, call) === 'function'
}

function failure(message: string): AssertionError {
  return new AssertionError({ message })
}
