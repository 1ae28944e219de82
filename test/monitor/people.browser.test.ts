import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { RosterPerson } from '../../src/roster.js'
import { terminalPeople } from '../../src/simulator.js'
import { axeFindings, inBrowser, look, shoot } from '../support/browser.js'
import { populate, SN, watched } from '../support/watched.js'

const HOSTILE = '<img src=x onerror=alert(2)>"\'&amp;\u202e'

const PHONE = { viewport: { width: 375, height: 812 } }

/** A phone's width has no sideways scroll, axe finds nothing, and no text became an element. */
async function expectSound(page: Page, width: number) {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  expect(await axeFindings(page)).toEqual([])
  expect(await page.locator('main script, main img').count()).toBe(0)
}

/** A full terminal with a stranger on it, from which two people leave. */
async function changed(options: Parameters<typeof watched>[0] = {}) {
  const wanted: RosterPerson[] = ['Ada', 'Bo', 'Carmen', 'Dodong', 'Emre', 'Fumiko'].map(
    (name, n) => ({ pin: `${n + 1}`, name }),
  )
  const held = terminalPeople({ capacity: 6, users: [{ pin: '99', name: HOSTILE.slice(0, 24) }] })
  const app = await watched({ desired: () => wanted, held, ...options })
  await app.settle()
  wanted.splice(1, 2)
  return { app, held, wanted }
}

inBrowser(() => {
  it('A person sees who failed, what a pass would do, and deletes two after two confirmations', async () => {
    const { app, held } = await changed()
    const { page, errors } = await look(`${app.url}#/terminal/${SN}`)
    await page.getByRole('link', { name: 'People', exact: true }).click()
    await page.getByText('In step: 5 of 6.').waitFor()
    await shoot(page, 'roster')
    await page.getByRole('link', { name: 'failed 1' }).click()
    await expect.poll(() => page.locator('.table tbody tr').count()).toBe(1)
    expect(await page.locator('.table tbody').innerText()).toMatch(
      /Fumiko \(6\)[\s\S]*failed[\s\S]*capacity/,
    )
    await page.getByRole('link', { name: 'not ours 1' }).click()
    await page.getByRole('link', { name: /\(99\)/ }).waitFor()
    await expectSound(page, 1280)
    await page.getByRole('button', { name: 'Show what a pass would do' }).click()
    const plan = page.getByRole('region', { name: 'What a pass would do now' })
    await plan.getByText('Delete Bo (2)').waitFor()
    expect(await plan.innerText()).toContain('On the terminal, and not asked for: 1')
    await shoot(page, 'plan')
    await plan.getByRole('button', { name: 'Do it' }).click()
    await plan.getByRole('button', { name: 'Yes: Do it' }).click()
    await plan.getByText('Deleting 2 people from this terminal').waitFor()
    expect(await plan.getByRole('alert').innerText()).toContain('Bo (2), Carmen (3)')
    await expectSound(page, 1280)
    await plan.getByRole('button', { name: 'No' }).click()
    await plan.getByRole('button', { name: 'Do it' }).click()
    await plan.getByRole('button', { name: 'Yes: Do it' }).click()
    expect(held.users()).toHaveLength(6)
    await plan.getByRole('button', { name: 'Delete these 2' }).click()
    await page.getByText('The pass is over.').waitFor()
    await app.settle()
    await page.getByRole('link', { name: 'removed 2' }).waitFor()
    expect(held.users().map(({ pin }) => pin)).toEqual(expect.not.arrayContaining(['2', '3']))
    expect(errors).toEqual([])
  })

  it('A phone shows the people of a terminal and the plan', async () => {
    const { app } = await changed()
    const { page, errors } = await look(`${app.url}#/terminal/${SN}?tab=people`, PHONE)
    await page.getByRole('button', { name: 'Show what a pass would do' }).click()
    await page.getByText('Delete Bo (2)').waitFor()
    await expectSound(page, 375)
    await page.getByRole('button', { name: 'Do it' }).click()
    await page.getByRole('button', { name: 'Yes: Do it' }).click()
    await page.getByRole('button', { name: 'Delete these 2' }).waitFor()
    await expectSound(page, 375)
    await shoot(page, 'plan-375')
    expect(errors).toEqual([])
  })

  it('What a person may not do is not offered', async () => {
    const { app } = await changed({
      mayAct: (_req, { action, form }) => action === 'plan' || form === 'check',
    })
    const { waiting } = await populate(app)
    const { page } = await look(`${app.url}#/terminal/${SN}?tab=people`)
    await page.getByRole('button', { name: 'Show what a pass would do' }).click()
    await page.getByText('Delete Bo (2)').waitFor()
    expect(await page.getByRole('button', { name: 'Do it' }).count()).toBe(0)
    await page.getByText('Send a command').click()
    expect(await page.getByLabel('Command').locator('option').allInnerTexts()).toEqual([
      'Check for new data',
    ])
    const { serialNumber, commandId } = waiting
    await page.goto(`${app.url}#/command/${serialNumber}/${commandId}`)
    await page.getByText('The terminal gets it with one of its next polls.').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
  })

  it.each(['CKJF201260099123456789012345', 'BOCK-MEHW-2101-60441', '0316144680030'])(
    'The serial number %s is on one line of a phone',
    async (serialNumber) => {
      const app = await watched()
      const hash = `#/terminal/${serialNumber}`
      const { page } = await look(`${app.url}${hash}`, PHONE)
      await page.getByText('No terminal with this serial number').waitFor()
      const lines = 'document.querySelector("h1 bdi").getClientRects().length'
      expect(await page.evaluate(lines)).toBe(1)
      await expectSound(page, 375)
    },
  )
})
