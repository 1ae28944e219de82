// Storage in this process's memory: for tests and demos, and the reference implementation.
import cluster from 'node:cluster'
import type { IssuedCommand } from './command.js'
import { adapterOn, type MemoryAdapter } from './memory/adapter.js'
import { Records } from './memory/record.js'

export type { MemoryAdapter } from './memory/adapter.js'

/**
 * Makes storage that lasts as long as the process, and grows with every command, reply and upload
 * until `forget` deletes what is old.
 *
 * @example
 * const adapter = memoryAdapter()
 * app.use(commandReplyRouter({ adapter }))
 */
export function memoryAdapter<
  Issued extends IssuedCommand = IssuedCommand,
>(): MemoryAdapter<Issued> {
  warnInCluster()
  return adapterOn(new Records<Issued>())
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
