// What was built: bundles for both module systems, whose entries share chunks.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { ROOT } from './support/page.js'

const entries = Object.keys(manifest.exports).filter((subpath) => !subpath.endsWith('.json'))

/** Prints a value as JSON in a process of its own, and returns it. */
function evaluated(code: string, type: string) {
  const args = [`--input-type=${type}`, '--enable-source-maps', '--eval', code]
  return JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }))
}

describe.each([
  ['esm', 'module', (name: string) => `await import('${name}')`],
  ['cjs', 'commonjs', (name: string) => `require('${name}')`],
])('The bundles in dist/%s', (format, type, load) => {
  it('Each source is in one file only: its classes and its lists exist once', () => {
    const folder = join(ROOT, 'dist', format)
    const maps = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.map'),
    )
    const sources = maps.flatMap((file) => {
      const map: { sources: string[] } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      return map.sources.map((source) => normalize(join(folder, file, '..', source)))
    })
    expect(sources).toContain(join(ROOT, 'src/endpoint/errors.ts'))
    expect(sources).toContain(join(ROOT, 'src/news.ts'))
    expect(sources.filter((source, index) => sources.indexOf(source) !== index)).toEqual([])
    expect(sources.filter((source) => !existsSync(source))).toEqual([])
  })

  it("An entry's errors are those of the package, and a stack names the line of the source", () => {
    const code = `
      ;(async () => {
        const { IclockError } = ${load('express-iclock')}
        const { attendance } = ${load('express-iclock/commands')}
        for (const entry of ${JSON.stringify(entries)}) {
          const name = 'express-iclock' + entry.slice(1)
          ${load('NAME').replace("'NAME'", 'name')}
        }
        try {
          attendance.putUser({ pin: '7\\t' })
        } catch (error) {
          console.log(JSON.stringify([error instanceof IclockError, error.code, error.stack]))
        }
      })()`
    const [isOwn, errorCode, stack] = evaluated(code, type)
    expect([isOwn, errorCode]).toEqual([true, 'VALUE_REFUSED'])
    const [, file = '', line = ''] = /([\w/.-]+\/src\/[\w/]+\.ts):(\d+)/.exec(stack) ?? []
    const text = readFileSync(file, 'utf8').split('\n')[Number(line) - 1]
    expect(text).toMatch(/Error\(/)
  })
})

it('The entry of commands loads its own files alone', () => {
  const code = `
    require('express-iclock/commands')
    console.log(JSON.stringify(Object.keys(require.cache)))`
  const loaded: string[] = evaluated(code, 'commonjs')
  const own = loaded.filter((file) => file.startsWith(join(ROOT, 'dist')))
  expect(own.filter((file) => !/commands|rolldown-runtime/.test(file))).toEqual([])
  expect(own.length).toBeGreaterThan(1)
})

it('An app that only builds commands bundles nothing else', async () => {
  const bundled = await rolldown({
    input: 'app',
    external: /^[^./]/,
    platform: 'node',
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === 'app' ? id : null),
        load: (id) => {
          if (id !== 'app') return null
          const entry = join(ROOT, 'dist/esm/commands.js')
          return `import { attendance } from ${JSON.stringify(entry)}; console.log(attendance.info())`
        },
      },
    ],
  })
  const { output } = await bundled.generate()
  await bundled.close()
  const { code = '', imports } = output[0]
  expect(code).toContain('INFO')
  expect(code).not.toContain('putUser')
  expect(code.length).toBeLessThan(30_000)
  expect(imports).not.toContain('raw-body')
})
