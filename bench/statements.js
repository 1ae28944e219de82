// How long SQLite works at a stretch: its drivers are synchronous, so nothing else runs meanwhile.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseUpload } from 'express-iclock'
import { sqliteAdapter } from 'express-iclock/sqlite'
import Database from 'libsql'
import { brief, median, progress, rounded, rounds, row } from './measure.js'

// The disk's work is not SQLite's.
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const SIZE = brief ? 2 ** 16 : 2 ** 22
const COUNT = brief ? 100 : 10_000

const photo = (turn) => {
  const head = `PIN=2026010107000${turn}-7.jpg\nSN=BENCH\nsize=${SIZE}\nCMD=uploadphoto\0`
  return Buffer.concat([Buffer.from(head), Buffer.alloc(SIZE, turn + 1)])
}
const lines = (turn) => {
  const each = (_, line) => `${turn}-${line}\t2026-01-01 08:00:00\t0\t1\t0\t0\t0\n`
  return Buffer.from(Array.from({ length: COUNT }, each).join(''))
}
const upload = (table, bodyOf) => (adapter, turn) => {
  const body = bodyOf(turn)
  const about = { serialNumber: 'BENCH', table, query: {}, receivedAt: new Date(), body }
  return adapter.onUpload({ ...about, ...parseUpload(body, { table }) })
}
const issue = (adapter, turn) => {
  const issuedAt = new Date()
  const terms = { attempts: 5, replyWithin: 60_000 }
  const command = { serialNumber: 'BENCH', text: 'DATA UPDATE USERINFO PIN=7\tName=Ada' }
  const given = (_, at) => ({
    command: { ...command, commandId: `${turn}x${at}` },
    terms,
    issuedAt,
  })
  return adapter.issue(Array.from({ length: COUNT }, given))
}

const CALLS = [
  [`a photo of ${SIZE / 2 ** 20} MB`, upload('ATTPHOTO', photo)],
  [`an upload of ${COUNT} lines`, upload('ATTLOG', lines)],
  [`${COUNT} commands at once`, issue],
]

/** A database that notes how long each statement works, by CPU time: on a busy machine, the clock also counts the work of others. */
function watched(real, spans) {
  const noted = (statement, call) => {
    return (...values) => {
      const before = process.cpuUsage()
      try {
        return call.apply(statement, values)
      } finally {
        const { user, system } = process.cpuUsage(before)
        spans.push((user + system) / 1000)
      }
    }
  }
  return {
    exec: (sql) => real.exec(sql),
    prepare(sql) {
      const statement = real.prepare(sql)
      return { all: noted(statement, statement.all), run: noted(statement, statement.run) }
    },
  }
}

export async function measure() {
  for (const [what, call] of CALLS) {
    progress(`the longest statement of ${what} on SQLite`)
    const folder = await mkdtemp(join(FOLDER, 'iclock-bench-'))
    const [real, spans] = [new Database(join(folder, 'iclock.db')), []]
    try {
      const adapter = sqliteAdapter(watched(real, spans))
      const longest = []
      for (let turn = 0; turn <= rounds; turn++) {
        spans.length = 0
        await call(adapter, turn)
        // The first fills SQLite's cache.
        if (turn > 0) longest.push(Math.max(...spans))
      }
      const most = `${rounded(Math.max(...longest))} ms in the worst round`
      row(`longest statement of ${what}, ms of CPU`, median(longest), '<= 20', most)
    } finally {
      real.close()
      await rm(folder, { recursive: true })
    }
  }
}
