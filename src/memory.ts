// Storage in this process's memory: for tests and demos, and the reference implementation.
import cluster from 'node:cluster'
import { checkFlag, checkNames, type OptionNames } from './check.js'
import type { IssuedCommand } from './command.js'
import { adapterOn, type MemoryAdapter } from './memory/adapter.js'
import { Records } from './memory/record.js'

export type { MemoryAdapter } from './memory/adapter.js'

/** The options of `memoryAdapter`. */
export interface MemoryAdapterOptions {
  /** Logs what is stored, for `events`; `false` by default. */
  events?: boolean
}

const OPTIONS: OptionNames<MemoryAdapterOptions> = { events: true }

/**
 * Makes storage that lasts as long as the process, and grows with every command, reply and upload
 * until `forget` deletes what is old.
 *
 * @example
 * const adapter = memoryAdapter()
 * app.use(commandReplyRouter({ adapter }))
 */
export function memoryAdapter<Issued extends IssuedCommand = IssuedCommand>(
  options: MemoryAdapterOptions = {},
): MemoryAdapter<Issued> {
  checkNames(options, OPTIONS)
  const { events = false } = options
  checkFlag('events', events)
  warnInCluster()
  return adapterOn(new Records<Issued>(), events)
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
