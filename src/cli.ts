#!/usr/bin/env node
// The command line: a device that posts the replies it is given, and shows what went over the wire.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Body, type Exchange, type Manners, virtualDevice } from './simulator.js'

const HELP = `Usage: npx express-iclock device --url URL --sn SERIAL [options] [REPLY...]

Posts Command Replies to a server as a ZKTeco terminal does, and prints each exchange as it went over the wire.

  REPLY              ID=RETURN or ID=RETURN:CMD, as 1001=0 or 1002=-10:'SET OPTION'; CMD is DATA where it is missing.
                     Each is posted by itself, in order.

  --url URL          where the server is, without /iclock/devicecmd: http://localhost:3000, https://example.com/hr
  --sn SERIAL        the serial number of the device
  --batch            posts all replies in one request
  --file FILE        posts the bytes of a file as they are, after the replies; - reads standard input
  --manners MANNERS  attendance (default), access or clone: how the firmware writes
  --path PATH        where it posts below the URL, if that is not /iclock/devicecmd
  --timeout MS       how long one exchange may take; 2000 by default
  --help             prints this

Lines that begin with > were sent, those with < came. \\r and \\n are line ends; \\x and two digits is a byte that is no
printable ASCII. It stops at the first answer that a terminal would not take.

Exit status: 0 all was answered OK, 1 something was not, 2 wrong usage.

Examples:
  npx express-iclock device --url http://localhost:3000 --sn 0316144680030 1001=0 1002=-10:DATA
  printf 'ID=27&Return=0&CMD=INFO\\nMAC=00:17:61:00:00:01\\n' |
    npx express-iclock device --url http://localhost:3000/hr --sn 0316144680030 --file -
`

const REPLY = /^([^=:&\s]+)=([+-]?\d+)(?::(.+))?$/

/** What the arguments ask for: who posts, and each body in order. Undefined where help is asked for. */
function planOf(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      sn: { type: 'string' },
      batch: { type: 'boolean', default: false },
      file: { type: 'string' },
      manners: { type: 'string', default: 'attendance' },
      path: { type: 'string' },
      timeout: { type: 'string', default: '2000' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const [command, ...given] = positionals
  if (command !== 'device') {
    throw new Error(`the first word must be "device"; it is ${command ?? 'missing'}`)
  }
  const { url, sn, path, file } = values
  if (url === undefined) throw new Error('--url is missing, as in --url http://localhost:3000')
  if (sn === undefined) throw new Error('--sn is missing, as in --sn 0316144680030')
  if (!/^\d+$/.test(values.timeout)) {
    throw new Error(`--timeout is "${values.timeout}"; meant is a number of milliseconds`)
  }
  const device = virtualDevice({
    url,
    serialNumber: sn,
    manners: values.manners as Manners,
    timeout: Number(values.timeout),
    ...(path === undefined ? {} : { path }),
  })
  const replies = given.map((reply) => {
    const [, commandId, returnCode, kind] = REPLY.exec(reply) ?? []
    if (commandId === undefined) {
      throw new Error(`"${reply}" is no reply; meant is ID=RETURN or ID=RETURN:CMD, as 1001=0`)
    }
    return device.records.reply(commandId, Number(returnCode), kind)
  })
  const posts: Body[] = values.batch && replies.length > 0 ? [replies] : replies
  if (file !== undefined) posts.push(readFileSync(file === '-' ? 0 : file))
  if (posts.length === 0) throw new Error('there is no reply to post, as 1001=0, and no --file')
  return { device, posts }
}

async function main(args: string[]): Promise<number> {
  let plan: ReturnType<typeof planOf>
  try {
    plan = planOf(args)
  } catch (error) {
    process.stderr.write(`express-iclock: ${(error as Error).message} (--help says all)\n`)
    return 2
  }
  if (plan === undefined) {
    process.stdout.write(HELP)
    return 0
  }
  const { device, posts } = plan
  for (const [index, post] of posts.entries()) {
    const exchange = await device.exchange(post)
    if (exchange.sent.length > 0) process.stdout.write(transcriptOf(exchange))
    if (!exchange.accepted) {
      const which = posts.length === 1 ? '' : ` (post ${index + 1} of ${posts.length})`
      process.stderr.write(`express-iclock: not taken${which}: ${exchange.refusal}\n`)
      return 1
    }
  }
  return 0
}

function transcriptOf({ sent, received, accepted, clock }: Exchange): string {
  const set = !accepted ? '' : `the device sets its clock to ${clock?.toISOString()}\n`
  return `${linesOf('> ', sent)}${linesOf('< ', received)}${set}\n`
}

/** The octets as lines in which nothing is hidden, and nothing acts upon the terminal that shows them. */
function linesOf(prefix: string, octets: Buffer): string {
  const lines = octets.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? []
  return lines.map((line) => `${prefix}${visible(line)}\n`).join('')
}

function visible(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }
  return text.replace(/[^ -[\]-~]/g, (octet) => {
    return escapes[octet] ?? `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

main(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
