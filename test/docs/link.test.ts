import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { anchorsOf, linksOf, PAGES, ROOT, textOf } from '../support/page.js'

const OUTSIDE = [
  'https://keepachangelog.com/en/1.1.0/',
  'https://semver.org/',
  'https://nodejs.org/api/diagnostics_channel.html',
]

it.each(PAGES)('The links of %s lead only to files and headings that exist', (page) => {
  const broken = linksOf(page).filter((link) => {
    if (/^https?:/.test(link)) return !OUTSIDE.includes(link)
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : normalize(join(dirname(page), path))
    if (!existsSync(`${ROOT}${target}`)) return true
    return anchor !== undefined && !anchorsOf(target).includes(anchor)
  })
  expect(broken).toEqual([])
})

it.each(PAGES)('The page %s holds nothing that a merge left behind', (page) => {
  expect(textOf(page)).not.toMatch(/^(<{7}|={7}|>{7})( |$)/m)
})

it('The README leads to the list of jobs, and that to every page', () => {
  expect(linksOf('README.md')).toContain('docs/index.md')
  const linked = linksOf('docs/index.md').map((link) => `docs/${link.replace(/#.*/, '')}`)
  const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/index.md')
  expect(pages.filter((page) => !linked.includes(page))).toEqual([])
})

it('The README has at most 150 lines', () => {
  expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
})

it('Every script that a page names exists', () => {
  const named = PAGES.flatMap((page) => {
    return [...textOf(page).matchAll(/npm run ([a-z][\w:-]*[a-z0-9])(?![\w:…])/g)]
  }).map(([, script = '']) => script)
  expect(named).toContain('demo')
  expect(named.filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([])
})
