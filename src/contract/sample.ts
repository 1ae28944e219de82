// The commands and replies that the cases use.
import { ok } from 'node:assert/strict'
import type { IssuedCommand } from '../command.js'
import { parseReplies } from '../reply/parse.js'
import type { CommandReply } from '../reply/reply.js'

/** Every value of a byte. */
export const EVERY_BYTE: Buffer = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

/** Ids that a terminal carries and that some database, language or index considers equal. */
export const ALIKE_IDS: readonly (readonly [string, string])[] = [
  ['0012', '12'],
  ['12', '12abc'],
  ['1e3', '1000'],
  ['0x1f', '31'],
  ['0', '0000'],
  ['9007199254740993', '9007199254740992'],
  ['info8487', 'INFO8487'],
  ['ABCDEFGHIJKLMNOP', 'ABCDEFGHIJKLMNOQ'],
]

/** Serial numbers that some database, language or index considers equal. */
export const ALIKE_TERMINALS: readonly (readonly [string, string])[] = [
  ['0316144680030', '316144680030'],
  ['1e3', '1000'],
  ['CJDE1', 'cjde1'],
  ['\uff11\uff12', '12'],
  ['é1', 'e\u03011'],
  ['e1', 'é1'],
  ['straße', 'strasse'],
  ['ı', 'i'],
  ['😀', '😁'],
  ['A-1', 'A1'],
  ['A%', 'AB'],
  ['A_C', 'ABC'],
  [`${'7'.repeat(63)}0`, `${'7'.repeat(63)}1`],
]

/** Characters that join a terminal and an id so that two pairs make the same key. */
export const MARKS: readonly string[] = [
  '',
  ':',
  '|',
  '/',
  '-',
  '_',
  '.',
  ',',
  ' ',
  '#',
  '","',
  "','",
  '::',
]

/** A command. */
export function command(serialNumber: string, commandId: string, text = 'CHECK'): IssuedCommand {
  return { serialNumber, commandId, text }
}

/** A reply as a terminal sends it. */
export function replyOf(serialNumber: string, record: string | Buffer): CommandReply {
  const [reply] = parseReplies(Buffer.from(record as string), { serialNumber }).replies
  ok(reply)
  return reply
}

/** A reply with any id, also one that no record on the wire can hold. */
export function replyTo(
  serialNumber: string,
  commandId: string,
  returnCode: number | null = 0,
): CommandReply {
  const raw = Buffer.from(`ID=${commandId}&Return=${returnCode ?? ''}&CMD=DATA`)
  const fields = Object.create(null)
  return { serialNumber, commandId, returnCode, commandName: 'DATA', fields, raw }
}

/** A reply to `GetFile` with these bytes. */
export function fileOf(serialNumber: string, commandId: string, content: Buffer): CommandReply {
  const header = `ID=${commandId}\nFILENAME=a\nCMD=GetFile\nReturn=${content.length}\nContent=`
  return replyOf(serialNumber, Buffer.concat([Buffer.from(header), content]))
}

/** Different ids, in an order that is neither that of numbers nor that of text. */
export function idsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${(index * 7919) % 100_003}x${index}`)
}

let longest = ''
let state = 1

/** A text of this length without a pattern, so that no index compresses it. */
export function textOf(length: number): string {
  while (longest.length < length) {
    const parts: string[] = []
    for (let part = 0; part < 10_000; part++) {
      state = (state * 48_271) % 2_147_483_647
      parts.push(state.toString(36))
    }
    longest += parts.join('')
  }
  return longest.slice(0, length)
}
