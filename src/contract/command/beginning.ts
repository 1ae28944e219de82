// Cases: the page of one command reads the beginning of what is long.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { beginningOf } from '../../queue/beginning.js'
import type { CommandBeginning, CommandRecord } from '../../queue/storage.js'
import type { CommandReply } from '../../reply/reply.js'
import { report } from '../proof.js'
import { EVERY_BYTE, fileOf, replyTo, textOf } from '../sample.js'
import { summaryFacts } from './facts.js'
import {
  at,
  type CommandAdapter,
  type CommandCase,
  claimed,
  claimOf,
  queued,
  richCommand,
} from './record.js'

const missing = ({ adapter }: { adapter: object }) => {
  return 'findBeginning' in adapter ? undefined : 'the adapter has no findBeginning'
}

export const BEGINNING_CASES: readonly CommandCase[] = [
  {
    name: 'The beginning of a command has the first 4,096 characters of its text, and its size',
    otherwise: 'A look at the page of one photo moves four megabytes, for each person who looks.',
    missing,
    async check({ adapter }) {
      const texts = ['', textOf(299), textOf(301), textOf(4096), textOf(4097), textOf(1_000_000)]
      // Half of a character at the end isn't text.
      texts.push(`${textOf(4090)}😀${textOf(100)}`, 'é'.repeat(5000), '😀}\\"'.repeat(2000))
      const all = texts.map((text, index) => richCommand('A', `${index}`, `DATA ${text}`))
      await adapter.issue(all)
      await claimed(adapter, 'A', claimOf('0', 1))
      const { sentAt, replyDueAt } = claimOf('0', 1)
      for (const [index, { openUntil, ...own }] of all.entries()) {
        const waiting = { attemptsMade: 0, ...(openUntil && { openUntil }) }
        const progress = index === 0 ? { attemptsMade: 1, sentAt, replyDueAt } : waiting
        await begins(adapter, `${index}`, { ...own, ...progress })
      }
    },
  },
  {
    name: 'The beginning of a reply has the first 4,096 bytes of what came and of its content',
    otherwise: 'Whoever looks at the result of a query reads 64 MB of rows, and ends the process.',
    missing,
    async check({ adapter }) {
      const bytes = Buffer.concat(Array.from({ length: 4000 }, () => EVERY_BYTE))
      const sizes = [0, 1, 4000, 4096, 4097, bytes.length]
      const files = sizes.map((size, index) => fileOf('A', `f${index}`, bytes.subarray(0, size)))
      // Content that isn't at the end of what came.
      const elsewhere = [10, 5000].map((size, index) => {
        return { ...replyTo('A', `e${index}`), content: bytes.subarray(1, size) }
      })
      const bare = { ...replyTo('A', 'bare'), raw: Buffer.alloc(0) }
      for (const reply of [...files, ...elsewhere, bare]) {
        const { commandId } = reply
        const own = queued('A', commandId, { text: 'GetFile /mnt/x' })
        await adapter.issue([own])
        await report(adapter, reply)
        await begins(adapter, commandId, { ...own, attemptsMade: 0, reply, repliedAt: at(0) })
      }
    },
  },
  {
    name: 'The beginning of a reply has the first fields, whole, and says whether there are more',
    otherwise: 'A thousand options are read for those that fit a screen.',
    missing,
    async check({ adapter }) {
      const replies = [
        withFields('none', []),
        withFields('strange', [
          ['__proto__', 'é'],
          ['a"],["b', '\\"]'],
          ['nul\0', ''],
        ]),
        withFields('most', [['a', textOf(4095)]]),
        withFields('long', [['a', textOf(4096)]]),
        withFields('second', [
          ['a', 'é'.repeat(2000)],
          ['b', 'é'.repeat(200)],
          ['c', ''],
        ]),
        withFields(
          'many',
          Array.from({ length: 101 }, (_, index) => [`o${index}`, '\0']),
        ),
        withFields(
          'hundred',
          Array.from({ length: 100 }, (_, index) => [`o${index}`, '}']),
        ),
        { ...withFields('name', [['a', 'b']]), commandName: textOf(100_000) },
      ]
      for (const reply of replies) {
        const { commandId } = reply
        await report(adapter, reply)
        // Nobody issued it.
        await begins(adapter, commandId, { attemptsMade: 0, reply, repliedAt: at(0) })
      }
      ok(!(await adapter.findBeginning?.('A', 'unknown')), 'found an unknown command')
      ok(!(await adapter.findBeginning?.('B', 'none')), 'found that of another terminal')
    },
  },
]

function withFields(commandId: string, pairs: readonly (readonly string[])[]): CommandReply {
  const fields = Object.create(null)
  for (const [name = '', value] of pairs) fields[name] = value
  return { ...replyTo('A', commandId), fields }
}

async function begins(
  adapter: CommandAdapter,
  commandId: string,
  record: CommandRecord,
): Promise<void> {
  const found = (await adapter.findBeginning?.('A', commandId)) ?? undefined
  ok(found, `nothing found of ${commandId}`)
  const expected = beginningOf(record)
  // A diff of what is long takes minutes.
  for (const name of ['text', 'textBytes'] as const) {
    ok(
      found[name] === expected[name],
      `${name} of ${commandId} is ${String(found[name]).slice(0, 80)}`,
    )
  }
  deepEqual(summaryFacts({ ...found, text: '' }), summaryFacts({ ...expected, text: '' }))
  const [reply, own] = [found.reply, expected.reply]
  if (reply === undefined || own === undefined) {
    equal(reply, own)
    return
  }
  deepEqual(fieldsOf(reply), fieldsOf(own), `fields of ${commandId}`)
  deepEqual([reply.rawBytes, reply.contentBytes], [own.rawBytes, own.contentBytes], commandId)
  ok(own.raw.equals(reply.raw), `raw of ${commandId} has ${reply.raw.length} bytes`)
  equal(reply.content === undefined, own.content === undefined, `content of ${commandId}`)
  const [content = own.raw, expectedContent = own.raw] = [reply.content, own.content]
  ok(expectedContent.equals(content), `content of ${commandId} has ${content.length} bytes`)
}

function fieldsOf({ fields, hasMoreFields }: NonNullable<CommandBeginning['reply']>): unknown[] {
  // Databases that read JSON have an order of their own.
  return [Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)), hasMoreFields]
}
