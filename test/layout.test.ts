import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))
// From the lowest: a file imports from its own part, and from the layers below.
const LAYERS = [
  ['check', 'list', 'member', 'octets'],
  ['endpoint'],
  ['command', 'page'],
  ['news'],
  ['reply'],
  ['terminal'],
  ['handshake', 'upload', 'queue'],
  ['kept', 'filter', 'surplus', 'punch', 'verification', 'files'],
  ['commands'],
  ['biometrics'],
  ['roster'],
  ['events'],
  ['opentelemetry'],
  ['router', 'memory'],
  ['web'],
  ['index'],
]

const partOf = (file: string) => /^\w+/.exec(relative(src, file))?.[0] ?? ''
const layerOf = (part: string) => LAYERS.findIndex((parts) => parts.includes(part))

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(src, file))
  .filter((file) => layerOf(partOf(file)) !== -1)

it('Imports run downward only', () => {
  const wrong = files.flatMap((file) => {
    const imports = readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+)'/g)
    return [...imports].flatMap(([, path = '']) => {
      const [from, to] = [partOf(file), partOf(join(dirname(file), path))]
      const isBelow = layerOf(to) !== -1 && layerOf(to) < layerOf(from)
      return from === to || isBelow ? [] : [`${relative(src, file)} imports ${path}`]
    })
  })
  expect(wrong).toEqual([])
})

it('The table in CONTRIBUTING.md names each part of the source', () => {
  const page = readFileSync(join(src, '../CONTRIBUTING.md'), 'utf8')
  const parts = readdirSync(src).map((name) => name.replace(/\.ts$/, ''))
  const isNamed = (part: string) => new RegExp(`\`(src/)?${part}(\\.ts|/)\``).test(page)
  expect(parts.filter((part) => !isNamed(part))).toEqual([])
})
