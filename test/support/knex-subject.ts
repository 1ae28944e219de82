// What the contract works on: knexAdapter() over some database.
import type { Knex } from 'knex'
import { type KnexConnection, type KnexLike, knexAdapter } from '../../src/knex.js'
import type { Row } from '../../src/sql/step.js'
import { stall } from './stalled.js'
import { storedRows } from './stored-rows.js'

/** A subject over a connection, and over others that `reopen` opens, each like another process. */
export async function knexSubject(
  knex: Knex,
  events: boolean,
  remove: () => Promise<void>,
  reopen?: () => Knex,
) {
  const connections = [knex]
  const adapter = knexAdapter(knex, { events })
  await adapter.migrate()
  const query = async (sql: string) => {
    const table = /FROM (\w+)/.exec(sql)?.[1] ?? ''
    const columns = /^SELECT (.*) FROM/.exec(sql)?.[1] ?? '*'
    const rows: Row[] = await knex(table).select(knex.raw(columns))
    return sql.includes('replied_at IS NOT NULL')
      ? rows.filter(({ replied_at }) => replied_at !== null)
      : rows
  }
  return {
    adapter,
    ...storedRows(query),
    ...(reopen && {
      reopen() {
        const other = reopen()
        connections.push(other)
        return knexAdapter(other, { events })
      },
      stall(steps: number) {
        const { turn, stopped, resume } = stall(steps)
        const other = reopen()
        connections.push(other)
        return { adapter: knexAdapter(inTurn(other, turn), { events }), stopped, resume }
      },
    }),
    disconnect: () => knex.destroy(),
    async dispose() {
      for (const each of connections) await each.destroy()
      await remove()
    },
  }
}

/** A Knex each of whose statements awaits its turn. */
function inTurn(knex: KnexLike, turn: () => Promise<void>): KnexLike {
  const waiting = (connection: KnexConnection): KnexConnection => ({
    raw: (sql, values) => turn().then(() => connection.raw(sql, values)),
  })
  return {
    client: knex.client,
    ...waiting(knex),
    transaction: (work, options) => {
      const untilCommit = async (own: KnexConnection) => {
        const result = await work(waiting(own))
        await turn()
        return result
      }
      return knex.transaction(untilCommit, options)
    },
  }
}
