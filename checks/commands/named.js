// The commands for people to type: those in the docs, and the scripts of package.json.
import { readFileSync } from 'node:fs'
import { blocksOf, PAGES, proseOf, ROOT } from '../../test/support/page.js'

/** @type {{ scripts: Record<string, string> }} */
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))
// npm runs these itself, before the script whose name follows.
const names = Object.keys(scripts).filter((name) => !/^pre/.test(name))

const PROGRAM = /^(npm|npx|node|curl|\.ci\/run)( |$)/

/** Each command, with the pages that name it. */
export function namedCommands() {
  /** @type {Map<string, Set<string>>} */
  const named = new Map(names.map((name) => [scriptCommand(name), new Set(['package.json'])]))
  for (const page of PAGES) {
    for (const command of commandsOf(page)) {
      named.set(command, (named.get(command) ?? new Set()).add(page))
    }
  }
  return named
}

/** @param {string} name */
const scriptCommand = (name) => (name === 'test' ? 'npm test' : `npm run ${name}`)

/** @param {string} page */
function commandsOf(page) {
  const inBlocks = blocksOf(page).flatMap(({ language, text }) => {
    const lines = text.split('\n')
    if (language === 'sh') return lines
    if (language !== 'console') return []
    return lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
  })
  const inProse = [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return [...inBlocks, ...inProse.filter((code) => PROGRAM.test(code))]
    .flatMap((line) => line.replace(/\s+#.*/, '').split('&&'))
    .map((command) => command.trim())
    .filter((command) => command !== '')
    .flatMap(expanded)
}

/** `npm run example:…` means every script with that prefix. @param {string} command */
function expanded(command) {
  if (!command.endsWith('…')) return [command]
  return names.map(scriptCommand).filter((other) => other.startsWith(command.slice(0, -1)))
}
