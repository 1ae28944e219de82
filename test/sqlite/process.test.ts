import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Libsql from 'libsql'
import { expect, it } from 'vitest'
import { sqliteAdapter } from '../../src/sqlite.js'
import { openFile } from '../support/sqlite.js'

const WRITER = fileURLToPath(new URL('program/writer.js', import.meta.url))
const COUNT = 150
const ENOUGH = 20

/** Starts a process that writes; `lines` has what it said that it did. */
function startWriter(file: string, name: string, onLine = (_: string[]) => {}) {
  const child = spawn(process.execPath, [WRITER, file, name, `${COUNT}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    onLine(lines)
  })
  return { child, lines, closed: once(child, 'close') }
}

it('Of two processes over one file one gets a claim, and what a killed one has stored stays', async () => {
  const { file, open, remove } = await openFile(Libsql)
  try {
    const adapter = sqliteAdapter(open())
    const issuedAt = new Date()
    const terms = { attempts: 5, replyWithin: 60_000 }
    await adapter.issue(
      Array.from({ length: COUNT }, (_, index) => {
        const command = { serialNumber: 'A', commandId: `c${index}`, text: 'CHECK' }
        return { command, terms, issuedAt }
      }),
    )
    const one = startWriter(file, 'one')
    const other = startWriter(file, 'other', ({ length }) => {
      if (length === ENOUGH) other.child.kill('SIGKILL')
    })
    const [, [code, signal]] = await Promise.all([one.closed, other.closed])
    expect([one.child.exitCode, code, signal]).toEqual([0, null, 'SIGKILL'])
    const said = (word: string) => {
      const lines = [...one.lines, ...other.lines].filter((line) => line.startsWith(word))
      return lines.map((line) => line.slice(word.length + 1))
    }
    expect(other.lines.length).toBeGreaterThanOrEqual(ENOUGH)
    const { rows } = await adapter.listAttendance({ limit: 1000 })
    expect(rows.map(({ pin }) => pin)).toEqual(expect.arrayContaining(said('stored')))
    const claimed = said('claimed')
    expect(new Set(claimed).size).toBe(claimed.length)
    // The one that was killed may have claimed one more than it could say.
    expect(claimed.length).toBeGreaterThanOrEqual(COUNT - 1)
    const records = await adapter.findSummaries(
      claimed.map((commandId) => ({ serialNumber: 'A', commandId })),
    )
    expect(records.filter(({ attemptsMade }) => attemptsMade !== 1)).toEqual([])
  } finally {
    await remove()
  }
})
