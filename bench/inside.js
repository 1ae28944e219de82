// Parts of the package that it doesn't export, bundled as the build does it.
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The exports of each file of `src`, in this order; they share what they import. */
export async function inside(...names) {
  // Within the repository, so that its dependencies are found.
  const dir = await mkdtemp(join(root, '.build-bench-'))
  try {
    const input = Object.fromEntries(names.map((name) => [name, join(root, 'src', `${name}.ts`)]))
    const bundled = await rolldown({ input, platform: 'node', external: /^[^./]/ })
    await bundled.write({ dir, format: 'esm', entryFileNames: '[name].mjs' })
    await bundled.close()
    return await Promise.all(
      names.map((name) => import(pathToFileURL(join(dir, `${name}.mjs`)).href)),
    )
  } finally {
    await rm(dir, { recursive: true })
  }
}
