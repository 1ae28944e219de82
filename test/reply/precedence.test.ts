import { expect, it } from 'vitest'
import type { CommandReply } from '../../src/index.js'
import { replaces } from '../../src/reply/precedence.js'

const bare = { serialNumber: 'A', commandId: '1', commandName: 'DATA', fields: {} }
const REPLIES: Readonly<Record<string, CommandReply>> = {
  pending: { ...bare, returnCode: -5000, raw: Buffer.from('p') },
  rows: { ...bare, returnCode: null, rows: 3, raw: Buffer.alloc(0) },
  done: { ...bare, returnCode: 0, raw: Buffer.from('d') },
  failed: { ...bare, returnCode: -3, raw: Buffer.from('f') },
  'without a code': { ...bare, returnCode: null, raw: Buffer.from('w') },
}
const FINAL = ['done', 'failed', 'without a code']

it.each(
  Object.keys(REPLIES).flatMap((one) => Object.keys(REPLIES).map((other) => [one, other] as const)),
)('A reply that is %s replaces one that is %s, or does not', (one, other) => {
  const expected = FINAL.includes(one) || (one === 'rows' && other === 'pending')
  const [reply, kept] = [REPLIES[one], REPLIES[other]] as [CommandReply, CommandReply]
  expect(replaces(reply, kept)).toBe(expected)
})
