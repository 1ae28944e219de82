// Finds or starts the MongoDB that the tests of this project need, once, and says which it is or
// why there is none.
import type { TestProject } from 'vitest/node'
import { findProgram, openServer, type Program } from './mongodb.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server's URL; undefined if there is none, and then its tests are skipped. */
    mongodbUrl: string | undefined
    /** What the tests that kill a server start for themselves. */
    mongodbProgram: Program | undefined
  }
}

const { MONGODB_URL, REQUIRE_MONGODB } = process.env

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  // Starting a server takes longer than all other tests together: only those who ask for it wait.
  if (!MONGODB_URL && REQUIRE_MONGODB !== '1') {
    process.stdout.write(
      '\nSkipped: the tests on MongoDB. `npm run test:mongodb` starts a server for them (mongod, or mongo-java-server and FerretDB with Java and Go); ' +
        'MONGODB_URL=mongodb://… uses yours.\n\n',
    )
    provide('mongodbUrl', undefined)
    provide('mongodbProgram', undefined)
    return async () => {}
  }
  const server = await openServer()
  if ('reasons' in server) {
    throw new Error(`No MongoDB to test with. ${server.reasons.join('; ')}.`)
  }
  process.stdout.write(`\nThe tests speak to ${server.name}.\n\n`)
  const program = await findProgram()
  if ('reasons' in program) {
    if (REQUIRE_MONGODB === '1')
      throw new Error(`No MongoDB to kill. ${program.reasons.join('; ')}.`)
    process.stdout.write(
      `\nSkipped: the tests that kill a MongoDB. ${program.reasons.join('; ')}.\n`,
    )
  }
  provide('mongodbUrl', server.url)
  provide('mongodbProgram', 'reasons' in program ? undefined : program)
  return server.remove
}
