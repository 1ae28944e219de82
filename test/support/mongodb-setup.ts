// Starts the server that the tests of this project speak to, once, and says which it is.
import type { TestProject } from 'vitest/node'
import { findProgram, openServer, type Program } from './mongodb.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server's URL; undefined where there is none to be had. */
    mongodbUrl: string | undefined
    /** What the tests that kill a server start for themselves. */
    mongodbProgram: Program | undefined
  }
}

const { REQUIRE_MONGODB } = process.env

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await openServer()
  if ('reasons' in server) {
    const reasons = `No MongoDB to test with. ${server.reasons.join('; ')}.`
    if (REQUIRE_MONGODB === '1') throw new Error(reasons)
    process.stdout.write(
      `\n${reasons}\nIts tests are skipped; REQUIRE_MONGODB=1 makes that a failure.\n\n`,
    )
    provide('mongodbUrl', undefined)
    provide('mongodbProgram', undefined)
    return async () => {}
  }
  process.stdout.write(`\nThe tests speak to ${server.name}.\n\n`)
  const program = server.program ?? (await findProgram())
  provide('mongodbUrl', server.url)
  provide('mongodbProgram', 'reasons' in program ? undefined : program)
  return server.remove
}
