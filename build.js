// Builds the package for both module systems: dist/esm for `import`, dist/cjs for `require`.
// `node build.js --if-stale` builds only if a source is newer than what was built.
import { execFileSync } from 'node:child_process'
import {
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

const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')
// Carries the time at which the build began: a source that changes meanwhile is newer.
const STAMP = join('cjs', 'package.json')
const page = join(root, 'src/monitor/page')
const TYPES = { js: 'text/javascript', css: 'text/css', html: 'text/html', svg: 'image/svg+xml' }
const LIBRARIES = {
  preact: 'MIT license, (c) 2015-present Jason Miller',
  htm: 'Apache license 2.0, (c) 2018 Google Inc.',
}

if (!process.argv.includes('--if-stale') || isStale()) build()

function build() {
  writeAssets()
  // Built aside and then moved, so that a program that runs meanwhile never finds half a build.
  const folder = mkdtempSync(join(root, '.build-'))
  const began = new Date()
  try {
    compile('--outDir', join(folder, 'dist/esm'))
    compile(
      ...['--outDir', join(folder, 'dist/cjs')],
      ...[
        '--module',
        'commonjs',
        '--moduleResolution',
        'bundler',
        '--verbatimModuleSyntax',
        'false',
      ],
    )
    writeFileSync(join(folder, 'dist', STAMP), '{ "type": "commonjs" }\n')
    utimesSync(join(folder, 'dist', STAMP), began, began)
    rmSync(dist, { recursive: true, force: true })
    renameSync(join(folder, 'dist'), dist)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function compile(...options) {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options], {
    cwd: root,
    stdio: 'inherit',
  })
}

// The page's files become a module, because ES modules and CommonJS find files beside them in different ways.
function writeAssets() {
  const assets = {}
  for (const file of readdirSync(page).sort()) {
    const extension = file.split('.').at(-1)
    if (!(extension in TYPES)) continue
    const body = shortened(readFileSync(join(page, file), 'utf8'))
    assets[file] = { type: TYPES[extension], body: extension === 'css' ? squeezed(body) : body }
  }
  for (const [name, license] of Object.entries(LIBRARIES)) {
    const { version } = JSON.parse(readFileSync(join(root, `node_modules/${name}/package.json`)))
    const code = readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8')
    const body = `/*! ${name} ${version}, ${license} */\n${code.replace(/\/\/# sourceMappingURL=.*/, '')}`
    assets[`${name}.js`] = { type: TYPES.js, body }
  }
  const entries = Object.entries(assets).map(([name, asset]) => {
    return `  ${JSON.stringify(name)}: ${JSON.stringify(asset)},`
  })
  const text = [
    '// What browsers load, made by build.js from page/ and two libraries. Do not edit.',
    '',
    '/** A file of the page. */',
    'export interface Asset {',
    '  type: string',
    '  body: string',
    '}',
    '',
    'export const ASSETS: Readonly<Record<string, Asset>> = {',
    ...entries,
    '}',
    '',
  ].join('\n')
  const module = join(root, 'src/monitor/asset.ts')
  // Its time stays while it does: a source that is newer than the build would be built again.
  if (readFileSync(module, { encoding: 'utf8', flag: 'a+' }) !== text) writeFileSync(module, text)
}

// Without indentation and lines of comments, which no text of the page holds. A browser finds a module by its address alone.
function shortened(body) {
  const lines = body.split('\n').map((line) => line.trim())
  const code = lines.filter((line) => line !== '' && !/^(\/\/|\/\*.*\*\/$)/.test(line))
  return `${code.join('\n')}\n`.replace(/ from '(preact|htm)'/g, " from './$1.js'")
}

function squeezed(css) {
  return css
    .replace(/\s*([{};,])\s*/g, '$1')
    .replace(/;\}/g, '}')
    .replace(/(-?[a-z]+): /g, '$1:')
}

function isStale() {
  const built = statSync(join(dist, STAMP), { throwIfNoEntry: false })
  if (built === undefined) return true
  const sources = ['src', 'build.js', 'tsconfig.json', 'tsconfig.build.json']
  // A folder's time changes as files are added or removed.
  const all = [
    ...sources,
    ...readdirSync(join(root, 'src'), { recursive: true }).map((file) => join('src', file)),
  ]
  return all.some((file) => statSync(join(root, file)).mtimeMs > built.mtimeMs)
}
