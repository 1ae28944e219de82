// The roster on PostgreSQL: 1,000 terminals of 2,000 people each, with a finger. What the first pass of a terminal
// takes, a pass of a terminal in step, and a round over all of them.
import { parseUpload } from 'express-iclock'
import { postgresAdapter } from 'express-iclock/postgres'
import { roster } from 'express-iclock/roster'
import pg from 'pg'
import { withDatabases } from './database.js'
import { brief, median, progress, rounds, row, storages } from './measure.js'

const TERMINALS = brief ? 5 : 1000
const PEOPLE = brief ? 20 : 2000
// As many passes as a process runs at once.
const AT_ONCE = 4
const TYPES = '0:1:0:0:0:0:0:0:0:0'
const OPTIONS = { MultiBioDataSupport: TYPES, MultiBioVersion: TYPES.replace('1', '12.0') }
const POLL = { limit: 200, maxBytes: 1_000_000 }
const FIRST = 'FIRST'

const people = Array.from({ length: PEOPLE }, (_, n) => {
  const pin = `${n + 1}`
  const load = () => {
    const tmp = Buffer.alloc(1200, n).toString('base64')
    const line = `BIODATA Pin=${pin}\tNo=6\tIndex=0\tValid=1\tType=1\tMajorVer=12\tMinorVer=0\tFormat=0\tTmp=${tmp}`
    return parseUpload(Buffer.from(line), { table: 'BIODATA' }).records
  }
  return { pin, person: `person ${n}`, name: `Person ${n}`, templates: { version: '1', load } }
})

/** A terminal as its requests show it. */
const contact = (serialNumber, users) => ({
  ...{ serialNumber, at: new Date(), kind: 'handshake', family: 'attendance' },
  ...{ familyRank: 'stated', firmware: 'F1', model: 'M', options: OPTIONS, users },
})

/** Replies to everything that waits for a terminal, as one that has done it. */
async function drain(adapter, serialNumber, fields = {}) {
  for (;;) {
    const now = new Date()
    const { records } = await adapter.openCommands(serialNumber, now, POLL)
    if (records.length === 0) return
    const replyDueAt = new Date(now.getTime() + 60_000)
    const claims = records.map(({ commandId }) => {
      return { commandId, attempt: 1, sentAt: now, replyDueAt }
    })
    await adapter.claim(serialNumber, claims)
    const answered = records.map((command) => {
      const { commandId } = command
      const reply = { serialNumber, commandId, returnCode: 0, commandName: 'DATA', fields }
      return { command, reply: { ...reply, raw: Buffer.alloc(0) } }
    })
    await adapter.onReplies(answered)
  }
}

/** Milliseconds, those of them in which this process worked, statements, and by how many megabytes the heap grew at most, garbage included. */
async function costOf(pool, work) {
  const before = pool.statements
  const base = process.memoryUsage().heapUsed
  let most = base
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().heapUsed)
  }, 2)
  const started = performance.now()
  const cpu = process.cpuUsage()
  const result = await work()
  const took = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(timer)
  most = Math.max(most, process.memoryUsage().heapUsed)
  return {
    ...{ result, took, worked: (user + system) / 1000 },
    ...{ statements: pool.statements - before, heap: (most - base) / 2 ** 20 },
  }
}

function countedPool(url) {
  const pool = new pg.Pool({ connectionString: url, max: AT_ONCE })
  return {
    statements: 0,
    query(text, values) {
      this.statements++
      return pool.query(text, values)
    },
    end: () => pool.end(),
  }
}

/** The rows of a terminal in step, for all others. */
async function copyRows(pool) {
  const { rows } = await pool.query(
    `SELECT column_name AS name FROM information_schema.columns
    WHERE table_schema = 'bench_roster' AND table_name = 'roster' AND is_generated = 'NEVER' AND identity_generation IS NULL`,
  )
  const names = rows.map(({ name }) => `"${name}"`)
  const values = names.map((name) => (name === '"serial_number"' ? `'R' || number` : name))
  await pool.query(
    `INSERT INTO bench_roster.roster (${names}) SELECT ${values}
    FROM bench_roster.roster, generate_series(1, ${TERMINALS}) AS number WHERE serial_number = '${FIRST}'`,
  )
  await pool.query('ANALYZE bench_roster.roster')
}

async function measureIn({ name, url }) {
  const pool = countedPool(url)
  const adapter = postgresAdapter(pool, { schema: 'bench_roster' })
  await adapter.migrate()
  const errors = []
  const own = roster({ adapter, desired: () => people, onError: (error) => errors.push(error) })
  const size = `${PEOPLE} people, ${name}`

  progress(`the first pass of a terminal in ${name}`)
  await adapter.onContact(contact(FIRST, 0))
  await own.reconcile(FIRST)
  await drain(own.adapter, FIRST)
  await own.reconcile(FIRST)
  await drain(own.adapter, FIRST, { UserCount: '0' })
  const first = await costOf(pool, () => own.reconcile(FIRST))
  if (first.result.put.length !== PEOPLE) throw new Error('the first pass did not put everybody')
  row(`first pass of a terminal, ms: ${size}`, first.took, '', `${2 * PEOPLE} commands`)
  row(`its CPU time, ms: ${size}`, first.worked)
  row(`its statements: ${size}`, first.statements)
  row(`by how much the heap grew at most, MB: ${size}`, first.heap)

  await drain(own.adapter, FIRST)
  await adapter.onContact(contact(FIRST, PEOPLE))
  await own.reconcile(FIRST)
  progress(`${TERMINALS} terminals in step in ${name}`)
  await copyRows(pool)
  const serialNumbers = Array.from({ length: TERMINALS }, (_, n) => `R${n + 1}`)
  for (const serialNumber of serialNumbers) await adapter.onContact(contact(serialNumber, PEOPLE))

  const passes = []
  for (let turn = 0; turn <= rounds * 2; turn++) {
    const cost = await costOf(pool, () => own.reconcile(serialNumbers[turn % TERMINALS]))
    if (cost.result.present !== PEOPLE) throw new Error('a terminal was not in step')
    if (turn > 0) passes.push(cost)
  }
  const of = (what) => median(passes.map((pass) => pass[what]))
  row(`pass of a terminal in step, ms: ${size}`, of('took'))
  row(`CPU time of a pass in step, ms: ${size}`, of('worked'))
  row(`statements of a pass in step: ${size}`, of('statements'), '<= 5')
  row(`by how much the heap grew in a pass in step at most, MB: ${size}`, of('heap'))

  const left = serialNumbers.values()
  const worker = async () => {
    for (const serialNumber of left) await own.reconcile(serialNumber)
  }
  const round = await costOf(pool, () => Promise.all(Array.from({ length: AT_ONCE }, worker)))
  row(`a round over all in step, s: ${TERMINALS} terminals of ${size}`, round.took / 1000)
  row(`by how much the heap grew in the round at most, MB: ${size}`, round.heap)
  const { waiting } = await own.count()
  if (waiting > 0 || errors.length > 0) throw new Error(`${waiting} wait: ${errors[0]}`)
  await pool.query('DROP SCHEMA bench_roster CASCADE')
  await pool.end()
}

export async function measure() {
  await withDatabases(
    storages.filter((storage) => storage === 'postgresql'),
    measureIn,
  )
}
