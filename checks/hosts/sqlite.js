// Terminals in SQLite, on the driver that the host has built in: `deno run sqlite.mjs FILE`.
import { commandQueue } from 'express-iclock'
import { sqliteAdapter } from 'express-iclock/sqlite'
import { terminalFetch } from 'express-iclock/web'

const adapter = sqliteAdapter(process.argv.at(-1) ?? '')
const commands = commandQueue(adapter)
const terminals = terminalFetch({ adapter })

/** @param {string} path @param {string} [body] */
async function ask(path, body) {
  const headers = { 'Content-Type': 'text/plain', 'Content-Length': `${body?.length}` }
  const sent = body === undefined ? {} : { method: 'POST', headers, body }
  const answer = await terminals(new Request(`http://localhost/iclock/${path}`, sent))
  return answer?.text()
}

await ask('cdata?SN=A&options=all')
await ask('cdata?SN=A&table=ATTLOG&Stamp=1', '7\t2026-01-01 08:00:00\t0\t1\n')
const issued = await commands.issue('A', { text: 'CHECK' })
await ask('getrequest?SN=A')
await ask('devicecmd?SN=A', `ID=${issued.commandId}&Return=0&CMD=CHECK\n`)
const { state } = await commands.result(issued)
const { rows } = await adapter.listAttendance({})
await adapter.close?.()
console.log(`${state}, ${rows.length} punch`)
