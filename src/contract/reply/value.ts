// Cases: a reply is stored unchanged.
import { equal } from 'node:assert/strict'
import type { CommandReply } from '../../reply/reply.js'
import { holds, issueFor, reportAll } from '../proof.js'
import { EVERY_BYTE, fileOf, replyOf, replyTo, textOf } from '../sample.js'
import type { Case, ContractSubject } from '../subject.js'

const NAMES = [
  ...['b', 'a', '__proto__', 'constructor', '$set', '$where', 'a.b', '.', '~Name', 'José', '王'],
  ...['a b', 'NUL\0', '_id', 'ID2', 'toString', 'length', '\u00a0blank', 'end\u00a0', 'B', 'x\ty'],
  ...['é', 'e\u0301', 'É', '$', '$a.$b', '..', '👍🏽', '\uff21', '[object Object]'],
]

export const VALUE_CASES: readonly Case[] = [
  {
    name: 'Every byte of raw and of content comes back',
    otherwise: 'A file that a terminal was asked for is damaged or cut, and nobody sees it.',
    async check(subject) {
      const contents = [
        EVERY_BYTE,
        Buffer.concat(Array.from({ length: 1200 }, () => EVERY_BYTE)),
        Buffer.alloc(0),
        Buffer.from('\0'),
        Buffer.from('  \r\n a \n\n '),
        Buffer.from('123'),
      ]
      const replies = contents.map((content, index) => fileOf('A', `${index}`, content))
      const latin = Buffer.concat([Buffer.from('ID=x&Return=0&Key='), EVERY_BYTE.subarray(128)])
      replies.push(replyOf('A', latin))
      await givesBack(subject, replies)
    },
  },
  {
    name: 'A reply of four megabytes comes back',
    otherwise: 'A photo or a log file loses its end: the terminal read OK and has forgotten it.',
    async check(subject) {
      await givesBack(subject, [fileOf('A', '1', Buffer.from(textOf(4 * 1024 * 1024 + 1)))])
    },
  },
  {
    name: 'Every field comes back in order, whatever its name and value',
    otherwise: 'What a terminal says about itself is lost or changed.',
    async check(subject) {
      const lines = NAMES.map((name) => `${name}=of ${name}`)
      lines.push('=no name', 'no value=', 'twice==', 'NULL=null', 'zero=0', 'false=false')
      lines.push('nul=\0', '😀=😀', 'quoted="', 'inner=a  b', 'date=2026-01-01T00:00:00Z')
      lines.push('undefined=undefined', 'number=1e3', 'blank=\u00a0', 'object={"a":1}', 'list=[]')
      lines.push(
        'NFC=é',
        'NFD=e\u0301',
        'wide=\uff11',
        'lower=i',
        'NaN=NaN',
        'empty list=',
        'true=true',
      )
      const reply = replyOf('A', `ID=1&Return=0&CMD=INFO\n${lines.join('\n')}`)
      equal(Object.keys(reply.fields).length, lines.length)
      await givesBack(subject, [reply])
    },
  },
  {
    name: 'A thousand fields come back, and names, values and kinds of command of any length',
    otherwise:
      'A column is too narrow: it cuts what a terminal says, or its terminal is blocked forever.',
    async check(subject) {
      const lengths = [16, 32, 64, 100, 128, 191, 255, 256, 512, 1000, 4000, 5000]
      const lines = Array.from({ length: 1000 }, (_, index) => `Option${index}=${index}`)
      for (const length of lengths) {
        lines.push(`${length}${textOf(length)}=name`, `Value${length}=${textOf(length)}!`)
      }
      lines.push(`Photo=${textOf(100_000)}`)
      const info = replyOf('A', `ID=1&Return=0&CMD=INFO\n${lines.join('\n')}`)
      equal(Object.keys(info.fields).length, lines.length)
      const kinds = lengths.map((length, index) => ({
        ...replyTo('A', `${index + 2}`),
        commandName: `${textOf(length)}!`,
      }))
      await givesBack(subject, [info, ...kinds])
    },
  },
  {
    name: 'Kinds of command that are not ASCII come back',
    otherwise: 'It changes what a terminal said.',
    async check(subject) {
      const texts = [
        'é',
        'e\u0301',
        '王小明',
        '😀',
        '\ufffd',
        '\ufeff',
        "';--",
        '"',
        '\\',
        '%s',
        '<b>',
        '',
      ]
      const replies = texts.map((commandName, index) => ({
        ...replyTo('A', `${index}`),
        commandName,
      }))
      await givesBack(subject, replies)
    },
  },
  {
    name: 'Every return code is stored, and null if it is missing',
    otherwise: 'A missing result counts as success, or a large one turns into another.',
    async check(subject) {
      const most = Number.MAX_SAFE_INTEGER
      const codes = [null, 0, 1, -1, -5000, 32_768, 2 ** 31, -(2 ** 31) - 1, most, -most]
      await givesBack(
        subject,
        codes.map((code, index) => replyTo('A', `${index}`, code)),
      )
    },
  },
]

async function givesBack(subject: ContractSubject, replies: CommandReply[]): Promise<void> {
  await issueFor(subject, replies)
  await reportAll(subject, replies)
  await holds(subject, replies)
}
