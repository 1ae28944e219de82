// Storage in this process's memory: for tests and demos, and the reference implementation.
import cluster from 'node:cluster'
import type { IssuedCommand } from './command.js'
import { type CommandMemory, commandMemory } from './memory/command.js'
import { type ReplyMemory, replyMemory } from './memory/reply.js'
import { type TerminalMemory, terminalMemory } from './memory/terminal.js'
import { type UploadMemory, uploadMemory } from './memory/upload.js'
import type { CommandRecord } from './queue/storage.js'

/** Storage in memory, with calls that add commands and read what is stored. */
export interface MemoryAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends ReplyMemory<Issued>,
    CommandMemory<Issued>,
    TerminalMemory,
    UploadMemory {}

/**
 * Creates storage that lasts as long as the process, and grows with every command, reply and
 * upload.
 *
 * @example
 * const adapter = memoryAdapter()
 * app.use(commandReplyRouter({ adapter }))
 */
export function memoryAdapter<
  Issued extends IssuedCommand = IssuedCommand,
>(): MemoryAdapter<Issued> {
  warnInCluster()
  // One record per command: its reply is stored with it.
  const records = new Map<string, CommandRecord<Issued>>()
  return {
    ...replyMemory(records),
    ...commandMemory(records),
    ...terminalMemory(),
    ...uploadMemory(),
  }
}

let isWarned = false

function warnInCluster(): void {
  if (!cluster.isWorker || isWarned) return
  isWarned = true
  process.emitWarning(
    'express-iclock: memoryAdapter() is used in a cluster worker (node:cluster, pm2): each worker has its own memory, so a reply that ' +
      'reaches another worker than its command does finds no command. Use storage that all workers share.',
    { code: 'ICLOCK_CLUSTER' },
  )
}
