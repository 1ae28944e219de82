// The contract's subject: the adapter of the Knex example over some database.
import type { Knex } from 'knex'
import type { ContractSubject } from '../../src/contract.js'

// In a variable, since the example has no types.
const { href } = new URL('../../examples/storages/knex.js', import.meta.url)
const { knexAdapter } = await import(href)

/** A subject over a connection, and over others that `reopen` opens, each like another process. */
export async function knexSubject(
  knex: Knex,
  remove: () => Promise<void>,
  reopen?: () => Knex,
): Promise<ContractSubject> {
  const connections = [knex]
  const adapter = knexAdapter(knex)
  await adapter.migrate()
  return {
    adapter,
    replies: adapter.replies,
    unparsed: adapter.unparsed,
    lines: adapter.lines,
    ...(reopen && {
      reopen() {
        const other = reopen()
        connections.push(other)
        return knexAdapter(other)
      },
    }),
    disconnect: () => knex.destroy(),
    async dispose() {
      for (const each of connections) await each.destroy()
      await remove()
    },
  }
}
