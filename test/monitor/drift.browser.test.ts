import { expect, it } from 'vitest'
import { inBrowser, look } from '../support/browser.js'
import { SN, watched } from '../support/watched.js'

inBrowser(() => {
  it.each([
    [200, '3 min ahead, just now'],
    [-7300, '2 h behind, just now'],
    [-100, '100 s behind, just now'],
    [0, 'right, just now'],
    [undefined, undefined],
  ])('A clock that was %j seconds ahead is shown as: %s', async (clockDrift, words) => {
    const app = await watched()
    await app.terminal.handshake()
    const at = new Date()
    const drift = clockDrift === undefined ? {} : { clockDrift, clockDriftAt: at }
    await app.adapter.onContact({ serialNumber: SN, at, kind: 'upload', ...drift })
    const { page } = await look(`${app.url}#/terminal/${SN}`)
    await page.getByText('First seen').waitFor()
    const shown = await page.locator('main').innerText()
    expect(/Its clock was\s+(.*)/i.exec(shown)?.[1]).toBe(words)
  })
})
