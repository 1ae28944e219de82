// Compiles files against the built package.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './page.js'

/**
 * Compiles files, by their names.
 *
 * @returns what the compiler complains about; empty if nothing
 */
export async function compile(
  files: Readonly<Record<string, string>>,
  compilerOptions: object = {},
): Promise<string> {
  // Within the repository, so that the package is found by its own name.
  const folder = await mkdtemp(join(ROOT, '.build-docs-'))
  try {
    const config = {
      compilerOptions: {
        ...{ target: 'es2022', lib: ['es2023'], module: 'nodenext', types: ['node'] },
        ...{ strict: true, noEmit: true, ...compilerOptions },
      },
      include: ['*'],
    }
    const all = { ...files, 'tsconfig.json': JSON.stringify(config) }
    const writes = Object.entries(all).map(([name, text]) => writeFile(join(folder, name), text))
    await Promise.all(writes)
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    return await new Promise((resolve) => {
      execFile(tsc, ['-p', folder], { cwd: folder }, (_error, stdout) => resolve(stdout))
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}
