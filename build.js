// Builds the package for both module systems: dist/esm for `import`, dist/cjs for `require`.
// `node build.js --if-stale` builds only if a source is newer than what was built.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeAssets } from './build-page.js'

const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')
// Carries the time at which the build began: a source that changes meanwhile is newer.
const STAMP = join('cjs', 'package.json')

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
    // npm does so where it installs the package; `npx express-iclock` in a clone needs it as well.
    chmodSync(join(folder, 'dist/esm/cli.js'), 0o755)
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
