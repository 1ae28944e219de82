// Runs blocks of a page unchanged, in a separate process, with a program that plays the app around
// them.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Block, ROOT } from './page.js'

const { VITEST: _, NODE_ENV: __, ...inherited } = process.env

/**
 * Runs a program of `test/docs/scenario/`. Its arguments are the paths of the blocks, for it to
 * import.
 *
 * @returns what it printed
 */
export async function runScenario(
  name: string,
  blocks: readonly Block[],
  more: NodeJS.ProcessEnv = {},
): Promise<string> {
  // Within the repository, so that the package is found by its own name.
  const folder = await mkdtemp(join(ROOT, '.build-docs-'))
  try {
    const paths = blocks.map(({ page, line }) => {
      return join(folder, `${page.replaceAll('/', '-')}-${line}.mjs`)
    })
    await Promise.all(blocks.map(({ text }, index) => writeFile(`${paths[index]}`, text)))
    const program = join(ROOT, 'test/docs/scenario', `${name}.js`)
    const options = { env: { ...inherited, ...more }, cwd: ROOT, timeout: 110_000 }
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...paths], options)
    return stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}
