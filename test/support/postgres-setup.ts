// Starts the PostgreSQL that the tests of this project speak to, once, and says which it is.
import type { TestProject } from 'vitest/node'
import { openPostgres } from './postgres.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server's URL; undefined if the tests run on PGlite. */
    postgresUrl: string | undefined
  }
}

const { REQUIRE_POSTGRES } = process.env

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await openPostgres()
  if (server === undefined && REQUIRE_POSTGRES === '1') {
    throw new Error(
      'No PostgreSQL to test with: POSTGRES_URL is not set, and initdb was not found. apt-get install postgresql',
    )
  }
  if (server === undefined && process.env.POSTGRES_URL === undefined) {
    process.stdout.write('\nPOSTGRES_URL is not set, and initdb was not found.')
  }
  const name = server?.name ?? 'PGlite, in this process'
  process.stdout.write(`\nThe PostgreSQL tests speak to ${name}.\n\n`)
  provide('postgresUrl', server?.url)
  return async () => server?.remove()
}
