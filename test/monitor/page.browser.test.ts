import { createServer, request } from 'node:http'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { axeFindings, inBrowser, look, shoot } from '../support/browser.js'
import { portOf } from '../support/server.js'
import { serve } from '../support/terminal.js'
import { OTHER_SN, populate, post, SN, watched } from '../support/watched.js'

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'&amp;'
const RTL = '\u202eabc \u0645\u0631\u062d\u0628\u0627'

const h1 = (page: Page) => page.locator('h1')
const cells = (page: Page) => page.locator('.table tbody tr')

inBrowser(() => {
  describe('Every view', () => {
    it.each([
      ['terminals', () => '', 'Terminals', ['Main entrance', OTHER_SN]],
      ['terminal', () => `#/terminal/${SN}`, 'Main entrance', ['GetFile /mnt/log', 'Add Ada (7)']],
      ['replies', () => `#/terminal/${SN}?tab=replies`, 'Main entrance', ['succeeded', 'failed']],
      [
        'punches',
        () => `#/terminal/${SN}?tab=punches`,
        'Main entrance',
        ['06:58:10', 'finger', 'Ada (7)'],
      ],
      ['uploads', () => `#/terminal/${SN}?tab=uploads`, 'Main entrance', ['user', 'Name=Ada']],
      [
        'unparsed',
        () => `#/terminal/${SN}?tab=unparsed`,
        'Main entrance',
        ['not a reply', 'not a record'],
      ],
      ['commands', () => '#/commands', 'Commands', ['Run a shell command', 'succeeded']],
      ['work', () => '#/work', 'In progress', ['Check for new data', OTHER_SN]],
      ['failures', () => '#/failures', 'Failures', ['Main entrance', 'Add Bo (8)']],
      [
        'attendance',
        () => '#/attendance?day=2026-10-05',
        'Attendance',
        ['2026-10-05 06:58:10', 'finger', 'Ada (7)'],
      ],
      [
        'people',
        () => '#/attendance?day=2026-10-05&tab=people',
        'Attendance',
        ['1 in now', 'Ada (7)', '2026-10-05 06:58:10'],
      ],
      ['person', () => '#/person/7', 'Ada (7)', ['06:58:10', 'Main entrance']],
      ['person-commands', () => '#/person/7?tab=commands', 'Ada (7)', ['Add Ada (7)', 'succeeded']],
      ['person-uploads', () => '#/person/7?tab=uploads', 'Ada (7)', ['user']],
    ])(
      'The view %s shows what happened, without an error, and axe finds nothing',
      async (name, hash, title, texts) => {
        const app = await watched()
        await populate(app)
        for (const colorScheme of ['light', 'dark'] as const) {
          const { page, errors } = await look(`${app.url}${hash()}`, { colorScheme })
          await cells(page).first().waitFor()
          expect(await h1(page).innerText()).toBe(title)
          const shown = await page.locator('main').innerText()
          for (const text of texts) expect(shown).toContain(text)
          expect(await axeFindings(page)).toEqual([])
          await shoot(page, `${name}-${colorScheme}`)
          await page.setViewportSize({ width: 390, height: 800 })
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
          expect(await axeFindings(page)).toEqual([])
          if (colorScheme === 'light') await shoot(page, `${name}-phone`)
          expect(errors).toEqual([])
        }
      },
    )
  })

  it('A command shows its reply: fields, text as text, bytes for download and as digits', async () => {
    const app = await watched()
    const { shell, file } = await populate(app)
    const { page, errors } = await look(`${app.url}#/command/${SN}/${shell.commandId}`)
    await page.getByRole('region', { name: 'Content' }).waitFor()
    expect(await page.getByRole('region', { name: 'Content' }).innerText()).toContain('bin\netc')
    expect(await axeFindings(page)).toEqual([])
    await page.goto(`${app.url}#/command/${SN}/${file.commandId}`)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download the content (5 bytes)' }).click()
    const saved = await (await download).createReadStream()
    expect(Buffer.concat(await saved.toArray())).toEqual(Buffer.from([0, 1, 2, 250, 255]))
    const shown = await page.locator('main').innerText()
    expect(shown).toContain('FILENAME')
    expect(shown).toMatch(/0000 {2}49 44 3d/)
    expect(await axeFindings(page)).toEqual([])
    await shoot(page, 'command')
    expect(errors).toEqual([])
  })

  it('An empty view says what to do next', async () => {
    const { url, origin } = await watched()
    const { page } = await look(url)
    await page.getByText('No terminal has connected yet').waitFor()
    const shown = await page.locator('main').innerText()
    expect(shown).toContain(`127.0.0.1, port ${new URL(origin).port}`)
    expect(await axeFindings(page)).toEqual([])
    await shoot(page, 'empty')
    await page.getByRole('link', { name: 'Failures' }).click()
    await page.getByText('No failures').waitFor()
    await page.getByRole('link', { name: 'Attendance' }).click()
    await page.getByText('No attendance on this day').waitFor()
    await page.goto(`${url}#/terminal/none`)
    await page.getByText('No terminal with this serial number').waitFor()
  })

  it('A new terminal, a poll and a reply appear without a reload', async () => {
    const app = await watched()
    const { page } = await look(app.url)
    await page.getByText('No terminal has connected yet').waitFor()
    await app.terminal.handshake()
    await page.getByRole('link', { name: 'Main entrance' }).click()
    await page.getByText('No commands', { exact: true }).waitFor()
    await app.commands.issue(SN, { text: 'CHECK' })
    await page.getByRole('cell', { name: 'waiting', exact: true }).waitFor()
    const [command] = (await app.terminal.poll()).commands
    await page.getByRole('cell', { name: 'sent', exact: true }).waitFor()
    await app.terminal.reply(command?.commandId ?? '', 0)
    await page.getByRole('cell', { name: 'succeeded', exact: true }).waitFor()
  })

  it('A form issues a command, cancels it and issues it again', async () => {
    const app = await watched()
    await app.terminal.handshake()
    const { page, errors } = await look(`${app.url}#/terminal/${SN}`)
    await page.getByText('Send a command').click()
    await page.getByLabel('Command').selectOption('Add or replace a user')
    await page.getByLabel('Person (PIN)').fill('7')
    await page.getByLabel('Name').fill('Ada\u0007')
    await page.getByRole('button', { name: 'Issue' }).click()
    await page.getByText('That did not work').waitFor()
    expect(await page.locator('input[name=name]').getAttribute('aria-invalid')).toBe('true')
    expect(await page.locator('#error-name').innerText()).toMatch(/this value is .*expected/)
    expect(await page.locator('input:focus').getAttribute('name')).toBe('name')
    expect(await axeFindings(page)).toEqual([])
    await page.getByLabel('Name').fill('Ada')
    await page.getByRole('button', { name: 'Issue' }).click()
    await page.getByText(/Command \w{16} is issued/).waitFor()
    await shoot(page, 'given')
    expect(app.adapter.listCommands({}, new Date()).rows[0]?.text).toBe(
      'DATA UPDATE USERINFO PIN=7\tName=Ada',
    )
    await page.getByRole('link', { name: 'Add Ada (7)' }).click()
    await page.getByRole('heading', { name: 'Add Ada (7)' }).waitFor()
    await page.getByText('DATA UPDATE USERINFO PIN=7').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Yes: Cancel' }).click()
    await page.getByText('cancelled', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Issue again' }).click()
    await page.getByRole('button', { name: 'Yes: Issue again' }).click()
    await page.getByText(/Command \w{16} is issued/).waitFor()
    expect(app.adapter.listCommands({}, new Date()).rows).toHaveLength(2)
    // The refused form is an answer of status 400, which the browser notes.
    expect(errors.filter((error) => !error.includes('status of 400'))).toEqual([])
  })

  it('A confirmation comes before a door opens, and can be declined', async () => {
    const app = await watched()
    await app.terminal.handshake()
    const { page } = await look(`${app.url}#/terminal/${SN}`)
    await page.getByText('Send a command').click()
    await page.getByLabel('Command').selectOption('Open the door')
    await page.getByRole('button', { name: 'Issue' }).click()
    await page.getByRole('button', { name: 'No' }).click()
    expect(app.adapter.listCommands({}, new Date()).rows).toEqual([])
    await page.getByRole('button', { name: 'Issue' }).click()
    await page.getByRole('button', { name: 'Yes: Issue' }).click()
    await page.getByText(/is issued/).waitFor()
    expect(app.adapter.listCommands({}, new Date()).rows).toHaveLength(1)
  })

  it('The page only shows if the app gave it no commands', async () => {
    const app = await watched({ isReadOnly: true })
    const { waiting } = await populate(app)
    const { page } = await look(`${app.url}#/command/${OTHER_SN}/${waiting.commandId}`)
    await page.getByText('The terminal gets it with one of its next polls.').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
    await page.goto(`${app.url}#/terminal/${SN}`)
    await cells(page).first().waitFor()
    expect(await page.getByText('Send a command').count()).toBe(0)
  })

  it('Search, filters and pages work', async () => {
    const app = await watched()
    await app.terminal.handshake()
    const issues = Array.from({ length: 120 }, (_, index) => {
      return { serialNumber: SN, command: { text: `DATA QUERY USERINFO PIN=${1000 + index}` } }
    })
    await app.commands.issueAll(issues)
    const { page } = await look(`${app.url}#/terminal/${SN}`)
    await page.getByRole('cell', { name: 'Ask for 1119' }).waitFor()
    const seen = new Set<string>()
    for (const first of ['Ask for 1119', 'Ask for 1069', 'Ask for 1019']) {
      await page.getByRole('cell', { name: first }).waitFor()
      for (const text of await page.locator('tbody td:first-child').allInnerTexts()) seen.add(text)
      const older = page.getByRole('link', { name: 'Older' })
      if (first !== 'Ask for 1019') await older.click()
    }
    expect(seen.size).toBe(120)
    expect(await page.getByRole('link', { name: 'Older' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Newest' }).click()
    await page.getByRole('cell', { name: 'Ask for 1119' }).waitFor()
    await page.getByLabel('Search').fill('pin=1042')
    await expect.poll(() => cells(page).count()).toBe(1)
    expect(await page.locator('input:focus').inputValue()).toBe('pin=1042')
    await page.getByLabel('Search').fill('')
    await page.getByLabel('Person').fill('1042')
    await expect.poll(() => cells(page).count()).toBe(1)
    await page.getByLabel('Person').fill('')
    await page.getByRole('cell', { name: 'Ask for 1119' }).waitFor()
    await page.getByLabel('Search').fill('nobody')
    await page.getByText('Nothing matches').waitFor()
    await page.getByLabel('Search').fill('')
    await page.getByLabel('State').selectOption('failed')
    await page.getByText('Nothing matches').waitFor()
  })

  it('Hostile text is shown as text', { timeout: 300_000 }, async () => {
    const app = await watched({ nameOf: (all) => all.map(() => HOSTILE) })
    await app.terminal.handshake()
    const long = 'x'.repeat(10_000)
    const issued = await app.commands.issue(SN, { text: `SHELL ${HOSTILE} ${RTL}` })
    await app.terminal.poll()
    const body = `ID=${issued.commandId}&Return=1&CMD=Shell&${HOSTILE}=${RTL}&LONG=${long}&Content=${HOSTILE}`
    await post(app.origin, 'devicecmd', body)
    await post(
      app.origin,
      'cdata',
      `${HOSTILE}\t2026-10-05 06:58:10\t${RTL}\t${long}`,
      'table=ATTLOG',
    )
    await post(app.origin, 'devicecmd', HOSTILE)
    await post(app.origin, 'cdata', `USER PIN=7\tName=${HOSTILE}`, 'table=OPERLOG')
    await post(app.origin, 'cdata', '7\t2026-10-05 06:58:10\t0\t1', 'table=ATTLOG')
    for (const hash of [
      '',
      `#/terminal/${SN}`,
      ...['punches', 'uploads', 'unparsed', 'replies', 'options'].map(
        (tab) => `#/terminal/${SN}?tab=${tab}`,
      ),
      `#/command/${SN}/${issued.commandId}`,
      '#/failures',
      '#/commands',
      '#/attendance?day=2026-10-05',
      '#/attendance?day=2026-10-05&tab=people',
      `#/person/7`,
      `#/person/${encodeURIComponent(HOSTILE)}?tab=uploads`,
      `#/terminal/${encodeURIComponent(HOSTILE)}`,
      `#/${encodeURIComponent(HOSTILE)}`,
    ]) {
      const { page, errors } = await look(`${app.url}${hash}`)
      await page.locator('.live.on, .live.off').waitFor()
      await page.locator('.table tbody tr, dl, .empty').first().waitFor()
      expect(await page.locator('main script, main img').count()).toBe(0)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1280)
      expect(errors).toEqual([])
      expect(await axeFindings(page)).toEqual([])
      if (hash.includes('command')) await shoot(page, 'hostile')
    }
  })

  it('A terminal that was refused is let in, whatever it claims to be', async () => {
    const approved: string[] = []
    const app = await watched({ approve: (serialNumber) => approved.push(serialNumber) })
    const claim = { serialNumber: 'NEW1', model: HOSTILE, address: '10.0.0.5', times: 3 }
    app.adapter.onRefused({ ...claim, at: new Date() })
    const { page, errors } = await look(`${app.url}#/refused`)
    await cells(page).first().waitFor()
    expect(await page.locator('main').innerText()).toContain(HOSTILE.slice(0, 20))
    expect(await page.locator('main script, main img').count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
    await page.setViewportSize({ width: 375, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Let in' }).click()
    await page.getByRole('button', { name: 'Yes: Let in' }).click()
    await page.getByText('Nobody was refused').waitFor()
    expect(approved).toEqual(['NEW1'])
    expect(errors).toEqual([])
  })

  it('A phone shows at least eight records of attendance', async () => {
    const app = await watched()
    await app.terminal.handshake()
    const records = Array.from({ length: 12 }, (_, index) => {
      return { pin: `${index + 1}`, time: `2026-10-05 06:${10 + index}:10` }
    })
    await app.terminal.attend(records)
    const viewport = { width: 375, height: 812 }
    const { page } = await look(`${app.url}#/attendance`, { viewport })
    await cells(page).first().waitFor()
    const [first, ninth] = [cells(page).nth(0), cells(page).nth(8)]
    const [top, end] = await Promise.all([first.boundingBox(), ninth.boundingBox()])
    expect((end?.y ?? 0) - (top?.y ?? 0)).toBeLessThanOrEqual(812)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
    expect(await axeFindings(page)).toEqual([])
    await shoot(page, 'punches-375')
  })

  it("A punch has the terminal's time, and the viewer's on demand", async () => {
    const app = await watched()
    await populate(app)
    const { page } = await look(`${app.url}#/attendance`)
    const time = cells(page).first().getByText('2026-10-05 17:02:00')
    await time.waitFor()
    const other = cells(page).first().getByText('your time: 11:02:00')
    expect(await other.isVisible()).toBe(false)
    await time.click()
    await other.waitFor()
    expect(await axeFindings(page)).toEqual([])
  })

  it('A day is downloaded as a table', async () => {
    const app = await watched()
    await populate(app)
    const { page, errors } = await look(`${app.url}#/attendance`)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download as CSV' }).click()
    const saved = await (await download).createReadStream()
    const text = Buffer.concat(await saved.toArray()).toString()
    expect(text).toContain('"2026-10-05 06:58:10","7","Ada"')
    expect(errors).toEqual([])
  })

  it('The page works behind a proxy that strips a part of the path', async () => {
    const app = await watched({ path: '/terminals' })
    await populate(app)
    const proxy = await serve(
      createServer((req, res) => {
        const path = String(req.url).replace(/^\/intern\/tools/, '')
        const { method, headers } = req
        const to = request(
          { port: portOf(app.server), path, method: method ?? 'GET', headers },
          (from) => {
            res.writeHead(from.statusCode ?? 500, from.headers)
            from.pipe(res)
          },
        )
        req.pipe(to)
        res.on('close', () => to.destroy())
      }).listeners('request')[0] as never,
    )
    const { page, errors } = await look(`http://127.0.0.1:${portOf(proxy)}/intern/tools/terminals`)
    await page.getByRole('link', { name: 'Main entrance' }).click()
    await page.getByText('Send a command').click()
    await page.getByRole('button', { name: 'Issue', exact: true }).click()
    await page.getByText(/is issued/).waitFor()
    expect(errors).toEqual([])
  })

  it('The page works with the keyboard alone', async () => {
    const app = await watched()
    await populate(app)
    const { page } = await look(app.url)
    await cells(page).first().waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.getByRole('link', { name: 'Main entrance' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1')
    expect(await h1(page).innerText()).toBe('Main entrance')
  })

  it('A lost connection is shown, and the page continues when the server is back', async () => {
    const app = await watched()
    await app.terminal.handshake()
    const { page } = await look(app.url)
    await page.locator('.live.on').waitFor()
    app.server.closeAllConnections()
    await page.locator('.live.lost, .live.connecting').waitFor()
    await page.locator('.live.on').waitFor()
  })

  it('Another language is shown if the app gives it the words', async () => {
    const app = await watched({ texts: { language: 'de', 'nav.failures': 'Fehler' } })
    const { page } = await look(app.url)
    await page.getByRole('link', { name: 'Fehler' }).waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('de')
  })
})
