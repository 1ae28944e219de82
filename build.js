// Bundles the package for both module systems: dist/esm for `import`, dist/cjs for `require`. Within
// one, entries share chunks, so that each class and each list exists once.
// `node build.js --if-stale` builds only if a source is newer than what was built.
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decode, encode } from '@jridgewell/sourcemap-codec'
import { rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { writeAssets } from './build-page.js'

const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')
// Carries the time at which the build began: a source that changes meanwhile is newer.
const STAMP = join('cjs', 'package.json')

// What several entries use: few files, and none that an entry loads in vain is large.
const GROUPS = [
  { name: 'commands', test: /src\/(?:commands\/|upload\/(?:clock|fields))/, minShareCount: 2 },
  { name: 'simulator', test: /src\/simulator\//, minShareCount: 2 },
  { name: 'sql', test: /src\/sql\//, minShareCount: 2 },
  { name: 'shared', test: /src\//, minShareCount: 2 },
]
// The entry of commands exports these as namespaces. An app's bundler drops what it doesn't use of a
// file, but not of an object.
const NAMESPACES = ['commands/access', 'commands/attendance', 'commands/dangerous']
const asFiles = {
  name: 'as-files',
  resolveId(source, importer) {
    if (importer !== join(root, 'src/commands.ts')) return null
    const name = source.slice('./'.length, -'.js'.length)
    return NAMESPACES.includes(name) ? { id: source, external: true } : null
  },
}
const TYPE_GROUPS = [{ name: 'shared.d', test: /\.d\.ts$/, minShareCount: 2 }]

const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = Object.keys(exports)
  .filter((subpath) => !subpath.endsWith('.json'))
  .map((subpath) => subpath.slice(2) || 'index')
const programs = Object.keys(bin).map(() => 'cli')

async function build() {
  writeAssets()
  // Built aside and then moved, so that a program that runs meanwhile never finds half a build.
  const folder = mkdtempSync(join(root, '.build-'))
  const began = new Date()
  try {
    const [esm, cjs, types] = ['esm', 'cjs', 'types'].map((name) => join(folder, name))
    await bundle(esm, 'esm')
    await bundle(cjs, 'cjs')
    await bundleTypes(types)
    cpSync(types, esm, { recursive: true })
    cpSync(types, cjs, { recursive: true })
    rmSync(types, { recursive: true })
    // npm does so where it installs the package; `npx express-iclock` in a clone needs it as well.
    chmodSync(join(esm, 'cli.js'), 0o755)
    writeFileSync(join(folder, STAMP), '{ "type": "commonjs" }\n')
    utimesSync(join(folder, STAMP), began, began)
    rmSync(dist, { recursive: true, force: true })
    renameSync(folder, dist)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function settings(names) {
  return {
    input: Object.fromEntries(names.map((name) => [name, join(root, 'src', `${name}.ts`)])),
    cwd: root,
    tsconfig: join(root, 'tsconfig.build.json'),
    platform: 'node',
    external: /^[^./]/,
    checks: { bundlerTimings: false },
  }
}

async function bundle(dir, format) {
  // A program runs in one module system.
  const names = [...entries, ...NAMESPACES, ...(format === 'esm' ? programs : [])]
  const bundled = await rolldown({ ...settings(names), plugins: [asFiles] })
  await bundled.write({
    ...{ dir, format, entryFileNames: '[name].js', chunkFileNames: 'chunk/[name].js' },
    // The text is in the repository.
    ...{ sourcemap: true, sourcemapExcludeSources: true, plugins: [linesOnly] },
    // They are in the types.
    comments: { jsdoc: false },
    codeSplitting: { groups: GROUPS },
  })
  await bundled.close()
}

// Maps from line to line: those from word to word are four times as large.
const linesOnly = {
  name: 'lines-only',
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (!file.fileName.endsWith('.map')) continue
      const map = JSON.parse(file.source)
      const lines = decode(map.mappings).map((line) => {
        return line.filter(([, source, at], index) => {
          const [, before, above] = line[index - 1] ?? []
          return source !== before || at !== above
        })
      })
      const mappings = encode(lines.map((line) => line.map((segment) => segment.slice(0, 4))))
      file.source = JSON.stringify({ ...map, names: [], mappings })
    }
  },
}

// Types name Buffer, for which TypeScript doesn't look by itself.
const withNode = {
  name: 'with-node',
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      file.code = `/// <reference types="node" />\n${file.code}`
    }
  },
}

async function bundleTypes(dir) {
  const plugins = dts({ oxc: true, emitDtsOnly: true, tsconfig: join(root, 'tsconfig.build.json') })
  const bundled = await rolldown({ ...settings(entries), plugins: [...plugins, withNode] })
  await bundled.write({
    ...{ dir, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunk/[name].js' },
    codeSplitting: { groups: TYPE_GROUPS },
  })
  await bundled.close()
}

function isStale() {
  const built = statSync(join(dist, STAMP), { throwIfNoEntry: false })
  if (built === undefined) return true
  const sources = ['src', 'build.js', 'build-page.js', 'tsconfig.json', 'tsconfig.build.json']
  // A folder's time changes as files are added or removed.
  const all = [
    ...sources,
    ...readdirSync(join(root, 'src'), { recursive: true }).map((file) => join('src', file)),
  ]
  return all.some((file) => statSync(join(root, file)).mtimeMs > built.mtimeMs)
}

if (!process.argv.includes('--if-stale') || isStale()) await build()
