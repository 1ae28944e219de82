import { expect, it } from 'vitest'
import { axeFindings, inBrowser, look, shoot } from '../support/browser.js'
import { OTHER_SN, SN, watched } from '../support/watched.js'

const HOSTILE = '<img src=x onerror=alert(2)>"\'&amp;\u202e'

inBrowser(() => {
  it.each([1280, 375])(
    'A command goes to all terminals that are chosen, and its progress is shown at %i px',
    async (width) => {
      const app = await watched({ nameOf: (all) => all.map((one) => `${HOSTILE}${one}`) })
      await app.terminal.handshake()
      await app.other.handshake()
      await app.other.attend({ pin: '7', time: '2026-10-05 06:58:10' })
      const at = new Date(Date.now() - 3_600_000)
      app.adapter.onContact({ serialNumber: 'SILENT', at, kind: 'poll' })
      const viewport = { width, height: 812 }
      const { page, errors } = await look(app.url, { viewport })
      await page.getByLabel('Show').selectOption('Online')
      await page.getByRole('link', { name: 'Send a command to these terminals' }).click()
      await page.getByText('2 terminals are chosen.').waitFor()
      await page.getByRole('combobox', { name: 'Command' }).selectOption('Restart (2)')
      await page.getByRole('button', { name: 'Issue' }).click()
      await page.getByText('Send this to 2 terminals?').waitFor()
      expect(await axeFindings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      await shoot(page, `send-${width}`)
      await page.getByRole('button', { name: 'No' }).click()
      expect(app.adapter.listCommands({}, new Date()).rows).toEqual([])
      await page.getByRole('button', { name: 'Issue' }).click()
      await page.getByRole('button', { name: 'Yes: Issue' }).click()
      await page.getByText('Ended on 0 of 2 terminals.').waitFor()
      for (const [terminal, code] of [[app.terminal, 0] as const, [app.other, -1] as const]) {
        const [command] = (await terminal.poll()).commands
        await terminal.reply(command?.commandId ?? '', code)
      }
      await page.getByText('Ended on 2 of 2 terminals.').waitFor()
      await page.getByRole('link', { name: 'failed 1' }).click()
      await expect.poll(() => page.locator('.table tbody tr').count()).toBe(1)
      expect(await page.locator('.table tbody').innerText()).toContain(OTHER_SN)
      expect(await axeFindings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(await page.locator('main script, main img').count()).toBe(0)
      await shoot(page, `sending-${width}`)
      await page.getByRole('button', { name: 'Issue again' }).click()
      await page.getByRole('button', { name: 'Yes: Issue again' }).click()
      await page.getByText('Ended on 1 of 2 terminals.').waitFor()
      expect(errors).toEqual([])
    },
  )

  it('Who may not send is not offered it', async () => {
    const app = await watched({ mayAct: () => false })
    await app.terminal.handshake()
    const { page } = await look(app.url)
    const answer = page.waitForResponse((one) => one.url().includes('/may?view=send'))
    await page.locator('.table tbody tr').first().waitFor()
    expect(await page.getByText('Send a command').count()).toBe(0)
    await page.goto(`${app.url}#/send?q=${SN}`)
    await page.getByText('1 terminals are chosen.').waitFor()
    await answer
    expect(await page.getByRole('combobox', { name: 'Command' }).count()).toBe(0)
  })
})
