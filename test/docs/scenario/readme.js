// The first app of the README, with a terminal that asks it for commands and executes them.
import { once } from 'node:events'
import { Server } from 'node:http'
import { virtualTerminal } from 'express-iclock/simulator'

let start
const started = new Promise((resolve) => {
  start = resolve
})
const { listen } = Server.prototype
// Its port may be taken on this machine.
Server.prototype.listen = function (_port, ...others) {
  start(this)
  return listen.call(this, 0, ...others)
}
await import(process.argv[2])
const server = await started
if (!server.listening) await once(server, 'listening')

const terminal = virtualTerminal({ server, serialNumber: '0316144680030' })
void terminal.start(() => 0, { delay: 10 })
const answer = await fetch(`http://127.0.0.1:${server.address().port}/employees`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ pin: '7', name: 'Ada' }),
})
process.stdout.write(await answer.text())
process.exit()
