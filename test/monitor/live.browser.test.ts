import { createHash } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { fileOffers } from '../../src/files.js'
import { axeFindings, inBrowser, look, shoot } from '../support/browser.js'
import { SN, watched } from '../support/watched.js'

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'&amp;'

const cells = (page: Page) => page.locator('.table tbody tr')

// Headings and whatever is not to be broken, whose words have more than one line each.
const BROKEN = `[...document.querySelectorAll('h1, h2, h3, th, .unbroken')].flatMap((element) => {
  const range = document.createRange()
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const broken = []
  while (texts.nextNode()) {
    for (const { 0: word, index } of texts.currentNode.data.matchAll(/[^\\s-]+/g)) {
      range.setStart(texts.currentNode, index)
      range.setEnd(texts.currentNode, index + word.length)
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)))
      if (lines.size > 1) broken.push(word)
    }
  }
  return broken
})`

/** What every view promises, wide and narrow. */
async function isSound(page: Page, name: string) {
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expect(await page.evaluate(BROKEN)).toEqual([])
    expect(await page.locator('main script, main img').count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
    await shoot(page, `${name}-${width}`)
  }
  await page.setViewportSize({ width: 1280, height: 800 })
}

inBrowser(() => {
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
    const { page, errors } = await look(app.url)
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
    const { page, errors } = await look(`${app.url}#/decisions`)
    await expect.poll(() => cells(page).count()).toBe(2)
    expect(await page.locator('main').innerText()).toContain('<script>alert(1)</script>')
    await isSound(page, 'decisions-hostile')
    expect(errors).toEqual([])
  })

  it('An offered file is watched on its way to its terminal, and when its time is over', async () => {
    const bytes = Buffer.alloc(3_000_000, 7)
    const app = await watched({
      router: { openFile: (_offer, { start, end }) => bytes.subarray(start, end + 1) },
    })
    await app.terminal.handshake()
    const { page, errors } = await look(app.url)
    await page.getByRole('link', { name: 'Files' }).click()
    await page.getByText('No file was offered').waitFor()
    expect(await page.locator('main').innerText()).toContain('fileOffers')
    const files = fileOffers({ adapter: app.adapter })
    const md5 = createHash('md5').update(bytes).digest('hex')
    const offer = await files.offer(SN, { name: 'emfw.cfg', size: bytes.length, md5 })
    await page.getByText('The terminal has not asked for it yet.').waitFor()
    const part = { Range: 'bytes=0-1199999' }
    await (await fetch(`${app.origin}/iclock/${offer.url}`, { headers: part })).arrayBuffer()
    await page.getByText('on the way').waitFor()
    expect(await page.locator('main').innerText()).toContain('1.2 MB of 3 MB (40 %)')
    expect(await page.getByRole('progressbar', { name: 'emfw.cfg' }).count()).toBe(1)
    expect(await page.content()).not.toContain(offer.token)
    await (await fetch(`${app.origin}/iclock/${offer.url}`)).arrayBuffer()
    await page.getByText('All of it was sent.').waitFor()
    await files.offer(SN, { name: '7.jpg', size: 10, md5, expiresAfter: 1 })
    await page.getByText('Offer it again.').waitFor()
    const name = `${'firmware_of_the_second_floor_'.repeat(2)}v3.cfg`
    await files.offer('CKJF20126009900000000012345', {
      name,
      size: 10,
      md5,
    })
    await page.getByTitle(name).waitFor()
    expect(await page.getByTitle('CKJF20126009900000000012345').count()).toBe(1)
    await isSound(page, 'files')
    expect(errors).toEqual([])
  })

  it('Files say so if storage lists none, or does not answer', async () => {
    const app = await watched({ onError: () => {} })
    const { page } = await look(`${app.url}#/files`)
    await page.getByText('No file was offered').waitFor()
    const { listOffers } = app.adapter
    app.adapter.listOffers = () => {
      throw new Error('down')
    }
    await page.getByText('Storage does not answer').waitFor()
    app.adapter.listOffers = listOffers
    await page.getByText('Live', { exact: true }).waitFor()
    const { listOffers: _, ...lacking } = app.adapter
    const other = await watched({ adapter: lacking })
    await page.goto(`${other.url}#/files`)
    await page.getByText('This storage does not list them.').waitFor()
  })

  it('The days of two weeks are drawn, and lead to their records', async () => {
    const app = await watched()
    await app.terminal.handshake()
    await app.terminal.attend([
      { pin: '7', time: '2026-10-01 06:58:10' },
      { pin: '8', time: '2026-10-01 06:59:10' },
      { pin: '7', time: '2026-10-05 06:58:10' },
    ])
    const { page, errors } = await look(`${app.url}#/attendance`)
    await page.getByRole('img', { name: /Records of each day from 2026-09-22/ }).waitFor()
    expect(await page.locator('.chart rect').count()).toBe(14)
    await page.getByText('As a table').click()
    await isSound(page, 'days')
    await page.getByRole('row', { name: '2026-10-01 2' }).getByRole('link').click()
    await page.getByText('06:59:10').first().waitFor()
    expect(await page.getByLabel('Day', { exact: true }).inputValue()).toBe('2026-10-01')
    expect(errors).toEqual([])
  })

  it('A command is cancelled in its row, and issued again in that of a failure', async () => {
    const app = await watched()
    await app.terminal.handshake()
    await app.commands.issue(SN, { text: 'DATA UPDATE USERINFO PIN=7\tName=Ada' })
    const failed = await app.commands.issue(SN, { text: `SHELL ${HOSTILE}` })
    await app.terminal.reply((await app.terminal.poll()).commands[0]?.commandId ?? '', 0)
    await app.terminal.poll()
    await app.terminal.reply(failed.commandId, -1)
    const { commandId } = await app.commands.issue(SN, { text: 'CHECK' })
    const { page, errors } = await look(`${app.url}#/work`)
    const row = page.getByRole('row', { name: 'Check for new data' })
    await row.getByRole('button', { name: 'Cancel' }).click()
    await row.getByRole('button', { name: 'No' }).click()
    expect(app.adapter.findRecord(SN, commandId)?.cancelled).toBeUndefined()
    await row.getByRole('button', { name: 'Cancel' }).click()
    await isSound(page, 'cancel')
    await row.getByRole('button', { name: 'Yes: Cancel' }).click()
    await page.getByText('Nothing in progress').waitFor()
    expect(app.adapter.findRecord(SN, commandId)?.cancelled).toBeDefined()
    await page.getByRole('link', { name: 'Failures' }).click()
    await page.getByRole('button', { name: 'Issue again' }).click()
    await page.getByRole('button', { name: 'Yes: Issue again' }).click()
    await page.getByText(/is issued/).waitFor()
    await page.getByRole('link', { name: 'In progress' }).click()
    await page.getByRole('link', { name: 'Run a shell command' }).waitFor()
    await page.goto(`${app.url}#/terminal/${SN}`)
    await page.getByRole('button', { name: 'Cancel' }).waitFor()
    expect(await page.getByRole('button', { name: 'Issue again' }).count()).toBe(3)
    expect(errors).toEqual([])
  })

  it('A viewer gets no buttons in the rows', async () => {
    const app = await watched({ mayAct: (_req, { action }) => action === 'retry' })
    await app.commands.issue(SN, { text: 'CHECK' })
    const { page } = await look(`${app.url}#/work`)
    await page.getByRole('link', { name: 'Check for new data' }).waitFor()
    await page.goto(`${app.url}#/commands`)
    await page.getByText('Action', { exact: true }).waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
  })
})
