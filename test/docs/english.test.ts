// The words that this project gave up: they crept in once, and read foreign. And the titles of tests.
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PAGES, ROOT, textOf } from '../support/page.js'

/** What a native engineer would not say, and what to say instead. */
const FOREIGN: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\brooms?\b/i, 'file, folder'],
  [/\bwings?\b/i, 'folder, endpoints'],
  [/\bsha(kes?|king|ken) hands\b/i, 'performs its handshake'],
  [/\bsigns? of life\b/i, 'heartbeat, contact'],
  [/\bhears? of\b/i, 'is called with, learns of'],
  [/\b(is|are|was|were|be) told\b(?! (apart|to)\b)/i, 'gets, is sent, is reported'],
  [/\b(is|are|was|were|be) handed\b(?! out)/i, 'gets, is passed'],
  [/\bnobody waits for\b/i, "isn't awaited"],
  [/\b(comes?|coming|came) up\b/i, 'starts'],
  [/\bwhat (has become|became|becomes|came) of\b/i, 'the state, the result, the outcome'],
]

const filesIn = (folder: string, name: RegExp): string[] =>
  readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file) && !/node_modules|asset\.ts$/.test(file))
    .map((file) => `${folder}/${file}`)

const SOURCES = ['src', 'examples', 'checks', 'bench'].flatMap((folder) =>
  filesIn(folder, /\.(ts|js|mjs|cjs)$/),
)
const TESTS = filesIn('test', /\.test(-d)?\.ts$/)

const COMMENT = /(?:^|\s)\/\/.*|^\s*(?:\/\*\*?|\*).*/
const TITLE = /(?:\b(?:it|test|describe)(?:\.\w+)*|\))\(\s*(['"`])([a-z]+[ ,].*?)\1/g

/** The foreign words of a file's lines, with where they are. */
function foreignIn(file: string, partOf = (line: string) => line): string[] {
  return textOf(file)
    .split('\n')
    .flatMap((line, index) =>
      FOREIGN.flatMap(([words, instead]) => {
        const [found] = words.exec(partOf(line)) ?? []
        return found === undefined ? [] : `${file}:${index + 1}: "${found}"; say ${instead}`
      }),
    )
}

/** The titles in the text of a test that begin in mid-sentence. */
const fragmentsIn = (text: string) => Array.from(text.matchAll(TITLE), ([, , title]) => title)

it('The docs use the words of the field', () => {
  expect(PAGES.flatMap((page) => foreignIn(page))).toEqual([])
})

it('Comments use the words of the field', () => {
  const found = SOURCES.flatMap((file) => foreignIn(file, (line) => COMMENT.exec(line)?.[0] ?? ''))
  expect(found).toEqual([])
})

it('Titles of tests begin with their subject', () => {
  for (const call of ['it', 'describe', 'test.each([1])']) {
    expect(fragmentsIn(`${call}('is a fragment')`)).toEqual(['is a fragment'])
    expect(fragmentsIn(`${call}('onReply is called')`)).toEqual([])
  }
  const found = TESTS.flatMap((file) =>
    fragmentsIn(textOf(file)).map((title) => `${file}: ${title}`),
  )
  expect(found).toEqual([])
})
