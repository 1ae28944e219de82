// Every block of JavaScript and TypeScript is compiled against the built package, unless a test
// runs it.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compile } from '../support/compile.js'
import { type Block, blocksOf, PAGES, ROOT, textOf } from '../support/page.js'

// Blocks marked `run` are run by separate tests; `nest` ones by checks/consumers.js, which installs
// NestJS.
const MARKS = ['', 'run', 'nest']
const SHOWN = ['', 'sh', 'console', 'text', 'mermaid', 'nginx', 'sql', 'mongosh']
const OPTIONS = {
  // Readers write JavaScript: what has no type there is no mistake.
  noImplicitAny: false,
  allowJs: true,
  checkJs: true,
  skipLibCheck: false,
}
const blocks = PAGES.flatMap(blocksOf)

it('A test covers the code in every language of the docs, and no other', () => {
  const unknown = blocks.filter(({ language, mark }) => {
    return ![...SHOWN, 'js', 'ts'].includes(language) || !MARKS.includes(mark)
  })
  expect(unknown).toEqual([])
  expect(blocks.filter(({ language }) => language === 'js').length).toBeGreaterThan(40)
})

it('Each block compiles against the types of the package', async () => {
  const compiled = blocks.filter(({ language, mark }) => /^[jt]s$/.test(language) && mark === '')
  expect(await complaints(compiled)).toBe('')
})

it('A mistake in a block is found', async () => {
  const block = { page: 'wrong.md', line: 1, language: 'js', mark: '' }
  const wrong = [
    { ...block, text: 'app.use(terminalRouter({ adaptor: adapter }))' },
    { ...block, line: 2, text: "await commands.run('1', attendance.putUsers({ pin: '7' }))" },
  ]
  const told = await complaints(wrong)
  expect(told).toMatch(/wrong\.md-1.*adaptor/)
  expect(told).toMatch(/wrong\.md-2.*putUsers/)
})

/** What the compiler has to say. */
function complaints(compiled: readonly Block[]): Promise<string> {
  const files = compiled.map(({ page, line, language, text }) => {
    return [`${page.replace('/', '-')}-${line}.m${language}`, `${text}\nexport {}\n`]
  })
  const sample = join(ROOT, 'test/docs/sample')
  for (const name of readdirSync(sample)) files.push([name, textOf(`test/docs/sample/${name}`)])
  return compile(Object.fromEntries(files), OPTIONS)
}
