import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axeFindings, launch, look, shoot, whyNoBrowser } from '../support/browser.js'
import { SN, watched } from '../support/watched.js'

const reason = await whyNoBrowser()
const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'&amp;'

let browser: Browser
beforeAll(async () => {
  if (reason === undefined) browser = await launch()
})
afterAll(() => browser?.close())

const cells = (page: Page) => page.locator('.table tbody tr')

/** What every view promises, wide and narrow. */
async function isSound(page: Page, name: string) {
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expect(await page.locator('main script, main img').count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
    await shoot(page, `${name}-${width}`)
  }
  await page.setViewportSize({ width: 1280, height: 800 })
}

describe.skipIf(reason !== undefined)(`Live views${reason ? ` (${reason})` : ''}`, () => {
  it('Whoever asks at a door appears at once, with a name and the answer', async () => {
    const app = await watched({
      personOf: (people) => people.map(({ pin }) => (pin === '7' ? 'Ada' : undefined)),
      router: {
        verification: {
          decide: ({ pin }) =>
            pin === '7' ? { allow: true, tip: 'Hello Ada' } : { allow: false, tip: 'Ask the desk' },
        },
      },
    })
    await app.terminal.handshake()
    const { page, errors } = await look(browser, app.url)
    await page.getByRole('link', { name: 'Decisions' }).click()
    await page.getByText('No terminal has asked yet').waitFor()
    expect(await page.locator('main').innerText()).toContain('verification')
    expect(await axeFindings(page)).toEqual([])
    await app.terminal.verify({ pin: '7', door: 2 })
    await page.getByRole('link', { name: 'Ada (7)' }).waitFor()
    const [row] = await cells(page).allInnerTexts()
    for (const text of ['allowed', 'opens door 2 for 5 s', 'Hello Ada', 'card', 'Main entrance']) {
      expect(row).toContain(text)
    }
    await app.terminal.verify({ card: '4711', reader: 3 })
    await page.getByText('card 4711').waitFor()
    await page.getByLabel('Answer').selectOption('denied')
    await expect.poll(() => cells(page).count()).toBe(1)
    expect(await page.locator('main').innerText()).toContain('Ask the desk')
    await page.getByLabel('Answer').selectOption('')
    await expect.poll(() => cells(page).count()).toBe(2)
    await isSound(page, 'decisions')
    await page.getByLabel('Person').fill('7')
    await expect.poll(() => cells(page).count()).toBe(1)
    expect(errors).toEqual([])
  })

  it('Hostile questions are shown as text', async () => {
    const app = await watched({
      nameOf: (all) => all.map(() => HOSTILE),
      router: { verification: { decide: () => ({ allow: false, tip: HOSTILE.slice(0, 60) }) } },
    })
    const line = [
      ...[`time=${HOSTILE}`, `pin=${HOSTILE}`, `cardno=${HOSTILE}`, 'addrtype=3', 'eventaddr=9'],
      ...[`event=${HOSTILE}`, `verifytype=${HOSTILE}`, 'inoutstatus=0'],
    ].join('\t')
    const url = `${app.origin}/iclock/cdata?SN=${SN}&AuthType=device`
    await fetch(url, { method: 'POST', body: line })
    await fetch(url, { method: 'POST', body: `${line}\textra=${'x'.repeat(400)}` })
    const { page, errors } = await look(browser, `${app.url}#/decisions`)
    await expect.poll(() => cells(page).count()).toBe(2)
    expect(await page.locator('main').innerText()).toContain('<script>alert(1)</script>')
    await isSound(page, 'decisions-hostile')
    expect(errors).toEqual([])
  })
})
