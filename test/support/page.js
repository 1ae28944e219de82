// The pages that people read: their code blocks, headings and links.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * A fenced block of code: `line` is that of its opening fence, and `mark` what follows the language, such as `run`.
 *
 * @typedef {{ page: string, line: number, language: string, mark: string, text: string }} Block
 */

const FENCE = /^( *)```(\w*) ?(.*)\n([\s\S]*?)^\1```$/gm
const DOCS = readdirSync(`${ROOT}docs`).filter((name) => name.endsWith('.md'))

/** Every page, as a path from the root. */
export const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...DOCS.map((name) => `docs/${name}`),
]

/** @param {string} page */
export function textOf(page) {
  return readFileSync(`${ROOT}${page}`, 'utf8')
}

/** @param {string} page @returns {Block[]} */
export function blocksOf(page) {
  const text = textOf(page)
  return [...text.matchAll(FENCE)].map((match) => {
    const [, indent = '', language = '', mark = '', code = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    return { page, line, language, mark, text: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
  })
}

/** The blocks of a page in this language, in order. @param {string} language @param {string} page */
export function blocksIn(language, page) {
  return blocksOf(page).filter((block) => block.language === language)
}

/** The names that headings can be linked by, as GitHub makes them. @param {string} page */
export function anchorsOf(page) {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    return words.replaceAll(' ', '-')
  })
}

/** The page without its blocks of code. @param {string} page */
export const proseOf = (page) => textOf(page).replaceAll(FENCE, '')

/** The targets of links and pictures. @param {string} page */
export function linksOf(page) {
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

/**
 * A table of a page: its cells, as they are written; the heading it is under, and the prose between them.
 *
 * @typedef {{ heading: string, prose: string, header: string[], rows: string[][] }} Table
 */

/** The tables of a page, in order. @param {string} page @returns {Table[]} */
export function tablesOf(page) {
  const sections = proseOf(page).split(/^#+ /m)
  return sections.flatMap((section) => {
    const [heading = ''] = section.split('\n', 1)
    return [...section.matchAll(/(?:^\|.*\|\n)+/gm)].map(({ 0: text, index }) => {
      const [header = [], , ...rows] = text.trim().split('\n').map(cellsOf)
      return { heading, prose: section.slice(heading.length, index).trim(), header, rows }
    })
  })
}

/** @param {string} row */
function cellsOf(row) {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())
}
