// Writes src/monitor/asset.ts, the files of the monitor's page as a module: ES modules and CommonJS find files beside them in
// different ways. Git ignores it; whatever compiles or tests the sources writes it first, if it is missing or stale.
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const page = join(root, 'src/monitor/page')
/** @type {Readonly<Record<string, string>>} */
const TYPES = { js: 'text/javascript', css: 'text/css', html: 'text/html', svg: 'image/svg+xml' }
const LIBRARIES = {
  preact: 'MIT license, (c) 2015-present Jason Miller',
  htm: 'Apache license 2.0, (c) 2018 Google Inc.',
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeAssets()

/** Writes the module unless it is as it should be: a source that is newer than the build would be built again. */
export function writeAssets() {
  /** @type {Record<string, { type: string, body: string }>} */
  const assets = {}
  for (const file of readdirSync(page).sort()) {
    const extension = file.slice(file.lastIndexOf('.') + 1)
    const type = TYPES[extension]
    if (type === undefined) continue
    const body = shortened(readFileSync(join(page, file), 'utf8'))
    assets[file] = { type, body: extension === 'css' ? squeezed(body) : body }
  }
  for (const [name, license] of Object.entries(LIBRARIES)) {
    const { version } = JSON.parse(
      readFileSync(join(root, `node_modules/${name}/package.json`), 'utf8'),
    )
    const code = readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8')
    const body = `/*! ${name} ${version}, ${license} */\n${code.replace(/\/\/# sourceMappingURL=.*/, '')}`
    assets[`${name}.js`] = { type: 'text/javascript', body }
  }
  const entries = Object.entries(assets).map(([name, asset]) => {
    return `  ${JSON.stringify(name)}: ${JSON.stringify(asset)},`
  })
  const text = [
    '// What browsers load, made by build-page.js from page/ and two libraries. Do not edit.',
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
  if (existsSync(module) && readFileSync(module, 'utf8') === text) return
  // Moved there whole: another program may be reading it.
  const aside = `${module}.${process.pid}`
  writeFileSync(aside, text)
  renameSync(aside, module)
}

// Without indentation and lines of comments, which no text of the page holds. A browser finds a module by its address alone.
/** @param {string} body */
function shortened(body) {
  const lines = body.split('\n').map((line) => line.trim())
  const code = lines.filter((line) => line !== '' && !/^(\/\/|\/\*.*\*\/$)/.test(line))
  return `${code.join('\n')}\n`.replace(/ from '(preact|htm)'/g, " from './$1.js'")
}

/** @param {string} css */
function squeezed(css) {
  return css
    .replace(/\s*([{};,])\s*/g, '$1')
    .replace(/;\}/g, '}')
    .replace(/(-?[a-z]+): /g, '$1:')
}
