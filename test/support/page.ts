// The pages that people read: their code blocks, headings and links.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))

/** A fenced block of code. */
export interface Block {
  page: string
  /** The line of its opening fence. */
  line: number
  language: string
  /** What follows the language, such as `run`. */
  mark: string
  text: string
}

const FENCE = /^( *)```(\w*) ?(.*)\n([\s\S]*?)^\1```$/gm
const DOCS = readdirSync(`${ROOT}docs`).filter((name) => name.endsWith('.md'))

/** Every page, as a path from the root. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...DOCS.map((name) => `docs/${name}`),
]

export function textOf(page: string): string {
  return readFileSync(`${ROOT}${page}`, 'utf8')
}

export function blocksOf(page: string): Block[] {
  const text = textOf(page)
  return [...text.matchAll(FENCE)].map((match) => {
    const [, indent = '', language = '', mark = '', code = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    return { page, line, language, mark, text: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
  })
}

/** The blocks of a page in this language, in order. */
export function blocksIn(language: string, page: string): Block[] {
  return blocksOf(page).filter((block) => block.language === language)
}

/** The names that headings can be linked by, as GitHub makes them. */
export function anchorsOf(page: string): string[] {
  const prose = textOf(page).replaceAll(FENCE, '')
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    return words.replaceAll(' ', '-')
  })
}

/** The targets of links and pictures. */
export function linksOf(page: string): string[] {
  const prose = textOf(page)
    .replaceAll(FENCE, '')
    .replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

/** A table of a page: its cells, as they are written. */
export interface Table {
  /** The heading it is under. */
  heading: string
  /** The prose between the heading and the table. */
  prose: string
  header: string[]
  rows: string[][]
}

/** The tables of a page, in order. */
export function tablesOf(page: string): Table[] {
  const sections = textOf(page).replaceAll(FENCE, '').split(/^#+ /m)
  return sections.flatMap((section) => {
    const [heading = ''] = section.split('\n', 1)
    return [...section.matchAll(/(?:^\|.*\|\n)+/gm)].map(({ 0: text, index }) => {
      const [header = [], , ...rows] = text.trim().split('\n').map(cellsOf)
      return { heading, prose: section.slice(heading.length, index).trim(), header, rows }
    })
  })
}

function cellsOf(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())
}
