// The main job on real request bytes: an HR app gets the Command Reply endpoint, a simulated terminal posts over a raw
// socket. Look at the answers as they came over the wire, and at the table of what storage holds.
import { once } from 'node:events'
import express from 'express'
import { commandReplyRouter, memoryAdapter, outcomeOf } from 'express-iclock'
import { virtualDevice } from 'express-iclock/simulator'

const SN = '0316144680030'

// An HR app of the usual kind.
const adapter = memoryAdapter()
const app = express()
app.use(commandReplyRouter({ adapter }))
app.use(express.json())
app.use(express.urlencoded({ extended: true }))
app.get('/employees', (_req, res) => res.json([{ pin: 1, name: 'Amal' }]))

// What the app handed out, in its answers to GET /iclock/getrequest.
const issued = {
  info8487: 'DATA UPDATE USERINFO PIN=1\tName=Amal',
  info8488: 'DATA UPDATE USERINFO PIN=2\tName=Bo',
  info8489: 'DATA UPDATE USERINFO PIN=3\tName=Chen',
  info7464: 'DATA UPDATE USERINFO PIN=4\tName=Dina',
  fp7464: 'DATA UPDATE FINGERTMP PIN=4\tFID=0',
  k27: 'INFO',
  k28: 'DATA UPDATE FINGERTMP PIN=9\tFID=0',
  k37: 'SHELL ls',
}
for (const [commandId, command] of Object.entries(issued)) {
  adapter.issue({ serialNumber: SN, commandId, text: command })
}

const example = [
  'ID=info8487&Return=0&CMD=DATA',
  'ID=info8488&Return=0&CMD=DATA',
  'ID=info8489&Return=0&CMD=DATA',
  'ID=info7464&Return=0&CMD=DATA',
  'ID=fp7464&Return=0&CMD=DATA',
].join('\n')

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')

const device = virtualDevice({ server, serialNumber: SN })
const { info, reply, shell } = device.records
const posts = [
  ["The manual's example: five records, no Content-Type", example],
  ['INFO: a tail of options', info('k27', { '~DeviceName': 'F18', UserCount: '4', FPCount: '1' })],
  ['A failed command: no such user', reply('k28', -10)],
  [
    'Shell: its output holds a line that looks like a record, and is none',
    shell('k37', 0, 'total 8\nID=fp7464&Return=-1&CMD=DATA\n'),
  ],
  ['The first post again: a repeat changes nothing', example],
]

let refused = 0
for (const [title, body] of posts) {
  const { accepted, refusal, sent, received } = await device.exchange(body)
  console.log(`== ${title}\n${indented(sent, '> ')}\n${indented(received, '< ')}\n`)
  if (accepted) continue
  console.error(`The terminal does not take this answer: ${refusal}.`)
  refused++
}
server.close()

console.table(
  adapter.replies().map((reply) => ({
    'command id': reply.commandId,
    issued: adapter.findCommand(SN, reply.commandId)?.text.split('\t')[0],
    ...outcomeOf(reply),
  })),
)

const kept = adapter.replies().map(({ commandId }) => commandId)
const lost = Object.keys(issued).filter((commandId) => !kept.includes(commandId))
if (refused > 0 || lost.length > 0 || kept.length !== Object.keys(issued).length) {
  console.error(
    `Posts not answered OK: ${refused}; replies not kept: ${lost.join(', ') || 'none'}.`,
  )
  process.exitCode = 1
} else {
  console.log(`Every reply is kept, each once: ${kept.length} of ${Object.keys(issued).length}.`)
}

function indented(octets, mark) {
  return octets.toString().replaceAll('\r\n', '\n').replace(/^/gm, mark)
}
