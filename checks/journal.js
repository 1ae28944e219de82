// An HR app that keeps replies in a file, as a process that can be killed: `node checks/journal.js FILE PORT [MS]`: with
// MS it answers so long before it keeps a reply, which is wrong, and is to be found out.
import { open, readFile, truncate } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import express from 'express'
import { commandReplyRouter } from 'express-iclock'

/**
 * Storage in a file: a line for each reply, safe on disk when `onReply` settles.
 *
 * @param {string} file
 */
export async function journalAdapter(file) {
  const handle = await open(file, 'a')
  // What a kill broke off was never acknowledged.
  await truncate(file, wholeLength(await readFile(file)))
  const kept = new Map((await readJournal(file)).map((line) => [line, true]))
  /** @type {Promise<unknown>} */
  let last = Promise.resolve()

  return {
    findCommand: () => undefined,
    /** @param {import('express-iclock').CommandReply} reply */
    onReply({ serialNumber, commandId, returnCode }) {
      const line = JSON.stringify({ serialNumber, commandId, returnCode })
      const written = last.then(async () => {
        if (kept.has(line)) return
        await handle.appendFile(`${line}\n`)
        await handle.datasync()
        kept.set(line, true)
      })
      last = written.catch(() => {})
      return written
    },
  }
}

/** The whole lines of the file. @param {string} file */
export async function readJournal(file) {
  const bytes = await readFile(file)
  return bytes.toString('utf8', 0, wholeLength(bytes)).split('\n').slice(0, -1)
}

/** @param {Buffer} bytes */
const wholeLength = (bytes) => bytes.lastIndexOf('\n') + 1

if (import.meta.url === pathToFileURL(`${process.argv[1]}`).href) {
  const [, , file = '', port, broken] = process.argv
  const adapter = await journalAdapter(file)
  const careless = {
    ...adapter,
    /** @param {Parameters<typeof adapter.onReply>} answered */
    onReply(...answered) {
      setTimeout(() => adapter.onReply(...answered), Number(broken))
    },
  }
  const app = express()
  app.use(commandReplyRouter({ adapter: broken ? careless : adapter }))
  app.listen(Number(port), '127.0.0.1', () => process.send?.('listening'))
}
