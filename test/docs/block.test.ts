// Every block of JavaScript and TypeScript is compiled against the built package, unless a test
// runs it.
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Block, blocksOf, PAGES, ROOT } from '../support/page.js'

// Blocks marked `run` are run by tests of their own; `nest` ones by checks/consumers.js, which
// installs NestJS.
const MARKS = ['', 'run', 'nest']
const SHOWN = ['', 'sh', 'console', 'text', 'mermaid', 'nginx', 'sql', 'mongosh']
const OPTIONS = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  // Readers write JavaScript: what has no type there is no mistake.
  noImplicitAny: false,
  allowJs: true,
  checkJs: true,
  skipLibCheck: false,
  noEmit: true,
}
const blocks = PAGES.flatMap(blocksOf)
const folders: string[] = []

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

it('A test covers the code in every language of the docs, and no other', () => {
  const unknown = blocks.filter(({ language, mark }) => {
    return ![...SHOWN, 'js', 'ts'].includes(language) || !MARKS.includes(mark)
  })
  expect(unknown).toEqual([])
  expect(blocks.filter(({ language }) => language === 'js').length).toBeGreaterThan(40)
})

it('Each block compiles against the types of the package', async () => {
  const compiled = blocks.filter(({ language, mark }) => /^[jt]s$/.test(language) && mark === '')
  expect(await compile(compiled)).toBe('')
})

it('A mistake in a block is found', async () => {
  const block = { page: 'wrong.md', line: 1, language: 'js', mark: '' }
  const wrong = [
    { ...block, text: 'app.use(terminalRouter({ adaptor: adapter }))' },
    { ...block, line: 2, text: "await commands.run('1', attendance.putUsers({ pin: '7' }))" },
  ]
  const told = await compile(wrong)
  expect(told).toMatch(/wrong\.md-1.*adaptor/)
  expect(told).toMatch(/wrong\.md-2.*putUsers/)
})

/** What the compiler has to say. */
async function compile(compiled: readonly Block[]): Promise<string> {
  // Within the repository, so that the package is found by its own name.
  const folder = await mkdtemp(join(ROOT, '.build-docs-'))
  folders.push(folder)
  const sample = join(ROOT, 'test/docs/sample')
  await copyFile(join(sample, 'globals.d.ts'), join(folder, 'globals.d.ts'))
  await copyFile(join(sample, 'knex.d.ts'), join(folder, 'knex.d.ts'))
  await copyFile(join(sample, 'sqlite.d.ts'), join(folder, 'sqlite.d.ts'))
  for (const { page, line, language, text } of compiled) {
    const name = `${page.replace('/', '-')}-${line}.m${language}`
    await writeFile(join(folder, name), `${text}\nexport {}\n`)
  }
  const config = { compilerOptions: OPTIONS, include: ['*'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  return new Promise((resolve) => {
    execFile(tsc, ['-p', folder], { cwd: folder }, (_error, stdout) => resolve(stdout))
  })
}
