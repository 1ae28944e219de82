import { expect, it } from 'vitest'
import { type KnexLike, knexAdapter } from '../../src/knex.js'

/** A PostgreSQL in which another process makes each thing at the same moment. */
function racing(code: string) {
  const made = new Set<string>()
  const statements: string[] = []
  const knex: KnexLike = {
    client: { dialect: 'postgresql' },
    async raw(sql) {
      statements.push(sql)
      if (made.has(sql)) return { rows: [] }
      made.add(sql)
      throw Object.assign(new Error('duplicate key'), { code })
    },
    transaction: () => Promise.reject(new Error('none')),
  }
  return { knex, made, statements }
}

it.each(['23505', '42P07'])(
  'migrate() goes on if another process made a table at the same moment: %s',
  async (code) => {
    const { knex, made, statements } = racing(code)
    await knexAdapter(knex).migrate()
    expect(made.size).toBeGreaterThan(20)
    expect(statements).toHaveLength(2 * made.size)
  },
)

it('A duplicate key is an error of any other call', async () => {
  const { knex } = racing('23505')
  await expect(knexAdapter(knex).findTerminal('A')).rejects.toMatchObject({ code: '23505' })
})
