// Builds the package for both module systems: dist/esm for `import`, dist/cjs for `require`.
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
const root = fileURLToPath(new URL('.', import.meta.url))

const compile = (...options) =>
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options], {
    cwd: root,
    stdio: 'inherit',
  })

rmSync(`${root}/dist`, { recursive: true, force: true })
compile()
compile(
  ...['--outDir', 'dist/cjs'],
  ...['--module', 'commonjs', '--moduleResolution', 'bundler', '--verbatimModuleSyntax', 'false'],
)
writeFileSync(`${root}/dist/cjs/package.json`, '{ "type": "commonjs" }\n')
