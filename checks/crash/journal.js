// Storage that outlives its process with only a file: each change is on disk before it happens in
// memory.
import { open, readFile } from 'node:fs/promises'
import { deserialize, serialize } from 'node:v8'
import { memoryAdapter } from 'express-iclock'

/** @typedef {'issue' | 'nextNumbers' | 'claim' | 'release' | 'cancel' | 'onReply' | 'onUnparsed' | 'onUpload' | 'onContact'} Change */

/**
 * The memory adapter, with the file's changes replayed. A change cut off by a kill was never
 * acknowledged.
 *
 * @param {string} file
 */
export async function journalAdapter(file) {
  const handle = await open(file, 'a')
  const bytes = await readFile(file)
  const whole = bytes.lastIndexOf('\n') + 1
  await handle.truncate(whole)
  const memory = memoryAdapter()
  for (const line of bytes.toString('latin1', 0, whole).split('\n').slice(0, -1)) {
    const [name, args] = deserialize(Buffer.from(line, 'base64'))
    try {
      apply(name, args)
    } catch {
      // It was refused when it came, too.
    }
  }

  /** @param {Change} name @param {any[]} args */
  function apply(name, args) {
    const call = /** @type {(...args: any[]) => any} */ (memory[name])
    return call(...args)
  }

  /** @type {Promise<unknown>} */
  let last = Promise.resolve()
  /** @param {Change} name @returns {(...args: any[]) => Promise<any>} */
  const logged = (name) => {
    return (...args) => {
      const line = `${serialize([name, args]).toString('base64')}\n`
      const done = last.then(async () => {
        await handle.appendFile(line)
        await handle.datasync()
        return apply(name, args)
      })
      last = done.catch(() => {})
      return done
    }
  }

  return {
    ...memory,
    issue: logged('issue'),
    nextNumbers: logged('nextNumbers'),
    claim: logged('claim'),
    release: logged('release'),
    cancel: logged('cancel'),
    onReply: logged('onReply'),
    onUnparsed: logged('onUnparsed'),
    onUpload: logged('onUpload'),
    onContact: logged('onContact'),
    close: () => handle.close(),
  }
}
