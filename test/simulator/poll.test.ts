import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommands } from '../../src/simulator/poll.js'
import type { VirtualTerminalOptions } from '../../src/simulator.js'
import { character } from '../support/character.js'
import { conversing } from '../support/conversation.js'
import { terminalAt } from '../support/server.js'

async function pollOf(body: string, headers = {}, options: Partial<VirtualTerminalOptions> = {}) {
  const { server } = await conversing({ getrequest: () => ({ body, headers }) })
  return terminalAt(server, options).poll()
}

describe('A poll', () => {
  it('A poll reads commands in order, each as its id and its text', async () => {
    const polled = await pollOf('C:1:DATA UPDATE USERINFO PIN=1\tName=A:B\nC:0012:INFO\n')
    expect(polled).toMatchObject({
      kind: 'poll',
      accepted: true,
      refusal: undefined,
      discarded: [],
    })
    expect(polled.commands).toEqual([
      { commandId: '1', text: 'DATA UPDATE USERINFO PIN=1\tName=A:B' },
      { commandId: '0012', text: 'INFO' },
    ])
  })

  it.each([['OK'], ['OK\n'], ['OK\r\n']])(
    'A poll does not mistake %j for a command',
    async (body) => {
      expect(await pollOf(body)).toMatchObject({ accepted: true, commands: [], discarded: [] })
    },
  )

  it('A poll accepts CR LF after a command', async () => {
    expect((await pollOf('C:1:INFO\r\nC:2:CHECK\r\n')).commands).toEqual([
      { commandId: '1', text: 'INFO' },
      { commandId: '2', text: 'CHECK' },
    ])
  })

  it.each<[what: string, body: string, run: string[], discarded: string[], refusal: string]>([
    [
      'a command without a line end',
      'C:1:INFO\nC:2:REBOOT',
      ['1'],
      ['C:2:REBOOT'],
      "no line end, so firmware discards it: 'C:2:REBOOT'",
    ],
    ['a single one', 'C:1:INFO', [], ['C:1:INFO'], 'no line end'],
    ['a line without an id', 'REBOOT\nC:2:INFO\n', ['2'], ['REBOOT'], "C:<id>:<text>: 'REBOOT'"],
    ['an empty id', 'C::INFO\n', [], ['C::INFO'], 'neither OK nor a command'],
    ['an id that is too long', `C:${'1'.repeat(17)}:INFO\n`, [], [`C:${'1'.repeat(17)}:INFO`], '1'],
    ['an id with a hyphen', 'C:a-1:INFO\n', [], ['C:a-1:INFO'], 'neither OK nor a command'],
    ['a command without a text', 'C:1:\n', [], ['C:1:'], 'neither OK nor a command'],
  ])('A poll discards %s, and runs the others', async (_, body, run, discarded, refusal) => {
    const polled = await pollOf(body)
    expect(polled.commands.map(({ commandId }) => commandId)).toEqual(run)
    expect(polled.discarded).toEqual(discarded)
    expect(polled.accepted).toBe(false)
    expect(polled.refusal).toContain(refusal)
  })

  it.each<[what: string, body: string, headers: object, refusal: string]>([
    ['an empty body', '', {}, 'the body is empty, which old firmware treats as a fault'],
    ['a page', '<html></html>', { 'Content-Type': 'text/html' }, 'Content-Type'],
    ['commands as a page', 'C:1:INFO\n', { 'Content-Type': 'text/html' }, 'Content-Type'],
    ['commands without a Date', 'C:1:INFO\n', { Date: '' }, 'the Date is missing'],
  ])('A poll refuses %s and runs nothing', async (_, body, headers, refusal) => {
    const polled = await pollOf(body, headers)
    expect(polled).toMatchObject({ accepted: false, commands: [] })
    expect(polled.refusal).toContain(refusal)
  })

  it('A poll finds every command of any valid response', () => {
    const id = fc.stringMatching(/^[0-9A-Za-z]{1,16}$/)
    const text = fc
      .string({ unit: character, maxLength: 20 })
      .filter((each) => !/[\r\n]|^$/.test(each))
    fc.assert(
      fc.property(fc.array(fc.tuple(id, text), { minLength: 1, maxLength: 5 }), (handed) => {
        const body = Buffer.from(handed.map((each) => `C:${each.join(':')}\n`).join(''))
        const { commands, discarded } = parseCommands(body)
        expect(discarded).toEqual([])
        expect(commands.map((each) => [each.commandId, each.text])).toEqual(
          handed.map(([commandId, each]) => [commandId, Buffer.from(each).toString()]),
        )
      }),
    )
  })
})

describe('The request of a poll', () => {
  it('The request is a GET without a body, with INFO first and when a count has changed', async () => {
    const { server, of } = await conversing()
    const terminal = terminalAt(server, { firmware: 'Ver 1.0' })
    await terminal.poll()
    await terminal.poll()
    terminal.remember({ pin: '1' })
    const { sent } = await terminal.poll()
    expect(of('getrequest').map(({ query }) => query.get('INFO'))).toEqual([
      'Ver 1.0,0,0,0,127.0.0.1,10,7,15,0,111',
      null,
      'Ver 1.0,0,0,1,127.0.0.1,10,7,15,0,111',
    ])
    expect(String(sent)).toMatch(
      /^GET \/iclock\/getrequest\?SN=0316144680030&INFO=Ver%201\.0,0,0,1,127\.0\.0\.1,10,7,15,0,111 HTTP\/1\.1\r\n/,
    )
    expect(String(sent)).not.toContain('Content-Length')
  })

  it('The request has INFO again until it was accepted, and after a restart', async () => {
    let status = 503
    const { server, of } = await conversing({ getrequest: () => ({ status }) })
    const terminal = terminalAt(server)
    await terminal.poll()
    status = 200
    await terminal.poll()
    terminal.reboot()
    await terminal.poll()
    expect(of('getrequest').every(({ query }) => query.has('INFO'))).toBe(true)
  })

  it('The request follows the dialect', async () => {
    const { server, heard } = await conversing()
    await terminalAt(server, { dialect: 'access' }).poll()
    await terminalAt(server, { dialect: 'clone', prefix: '/hr' }).poll()
    expect(heard.map(({ path }) => path)).toEqual([
      '/iclock/getrequest',
      '/hr/iclock/getrequest.aspx',
    ])
    expect(heard[0]?.query.has('INFO')).toBe(false)
    expect(heard[0]?.headers.cookie).toMatch(/^token=/)
  })
})
