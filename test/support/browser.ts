// A real browser for the tests of the page, started once for a file.
import { mkdirSync } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const shots = fileURLToPath(new URL('../../screenshots', import.meta.url))

/** Why there is no browser; undefined if there is one. `REQUIRE_CHROMIUM=1` makes that an error. */
async function whyNoBrowser(): Promise<string | undefined> {
  const isThere = await access(CHROMIUM).then(
    () => true,
    () => false,
  )
  if (isThere) return undefined
  const reason = `${CHROMIUM} is missing; apt-get install -y chromium, or CHROMIUM=/path/to/it`
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error(reason)
  process.stderr.write(`\nSkipped: the page in a browser. ${reason}\n`)
  return reason
}

function launch(): Promise<Browser> {
  const quiet = ['gpu', 'quic', 'background-networking', 'component-update', 'sync']
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...quiet.map((name) => `--disable-${name}`),
      '--no-first-run',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
}

const reason = await whyNoBrowser()
let browser: Browser

/** Runs tests that `look` at pages; they are skipped, with the reason in the title, without a browser. */
export function inBrowser(tests: () => void): void {
  const title = `In a browser${reason ? ` (${reason})` : ''}`
  describe.skipIf(reason !== undefined)(title, () => {
    beforeAll(async () => {
      browser = await launch()
    })
    afterAll(() => browser.close())
    tests()
  })
}

/** A page, and what went wrong on it: errors, and violations of its policy. */
export interface Looking {
  page: Page
  errors: string[]
}

/** Opens a page that is closed when the test is over. */
export async function look(url: string, options: BrowserContextOptions = {}): Promise<Looking> {
  const context = await browser.newContext({ timezoneId: 'Europe/Berlin', ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  // A request to anywhere else would be an error.
  const { origin } = new URL(url)
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) errors.push(`asks ${request.url()}`)
  })
  await page.goto(url)
  return { page, errors }
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe finds: the rule and the elements, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  const source = await readFile(axe, 'utf8')
  // Through the browser's protocol, so that the page's policy stays unchanged.
  await page.evaluate(source)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.flatMap(({ id, nodes }) => {
    return nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`)
  })
}

/** Writes a picture of the whole page into `screenshots/`, for people to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}
