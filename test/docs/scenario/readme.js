// The first app of the README, with a terminal that asks it for commands and executes them.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { virtualTerminal } from 'express-iclock/simulator'
import Libsql from 'libsql'

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
// Node 20 has no SQLite of its own.
const { getBuiltinModule } = process
process.getBuiltinModule = (name) => {
  return getBuiltinModule(name) ?? (name === 'node:sqlite' ? { DatabaseSync: Libsql } : undefined)
}
// The app's file.
const folder = await mkdtemp(join(tmpdir(), 'iclock-readme-'))
process.chdir(folder)
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
process.chdir(tmpdir())
await rm(folder, { recursive: true })
process.exit()
