import { expect, it } from 'vitest'
import type { VirtualTerminal, VirtualTerminalOptions } from '../../src/simulator.js'
import { conversing } from '../support/conversation.js'
import { terminalAt } from '../support/server.js'

const ACCESS = { dialect: 'access' as const }
const TIME = '2026-08-10 12:15:00'
const JPEG = Buffer.from([0xff, 0xd8, 0x00, 0x0a])

/**
 * What a call sends: its request line, its body, and how often, if the server answers the text
 * once.
 */
async function sentBy(
  call: (terminal: VirtualTerminal) => Promise<unknown>,
  options: Partial<VirtualTerminalOptions> = {},
  answers: string[] = [],
) {
  const say = () => answers.shift() ?? (options.dialect === 'access' ? undefined : 'OK')
  const { server, heard } = await conversing({ cdata: say, fdata: say, querydata: say, ping: say })
  const sent: string[] = []
  const onExchange = (exchange: { sent: Buffer }) => sent.push(exchange.sent.toString('latin1'))
  await call(terminalAt(server, { ...options, onExchange }))
  const [line = ''] = sent[0]?.split(' HTTP') ?? []
  return {
    line: line.replace('SN=0316144680030', 'SN=X'),
    body: heard[0]?.body,
    count: heard.length,
  }
}

it('A photo is uploaded with its header, as it is', async () => {
  const photo = { pin: '1001', time: TIME, jpeg: JPEG }
  expect(await sentBy((terminal) => terminal.photo(photo))).toEqual({
    line: 'POST /iclock/fdata?SN=X&table=ATTPHOTO&Stamp=9999',
    body: `PIN=20260810121500-1001.jpg\nSN=0316144680030\nsize=4\nCMD=uploadphoto\0${JPEG.toString('latin1')}`,
    count: 1,
  })
  const unknown = await sentBy((terminal) => terminal.photo({ time: TIME, jpeg: JPEG }))
  expect(unknown.body).toMatch(/^PIN=20260810121500\.jpg\n/)
  const old = await sentBy((terminal) => terminal.photo(photo), { pushVersion: '' })
  expect(old.line).toBe('POST /iclock/fdata?SN=X&PIN=20260810121500-1001.jpg&PhotoStamp=855231300')
  const access = await sentBy((terminal) => terminal.photo(photo), ACCESS, ['ATTPHOTO=1'])
  expect(access.line).toBe('POST /iclock/cdata?SN=X&table=tabledata&tablename=ATTPHOTO&count=1')
  expect(access.body).toMatch(/^pin=20260810121500-1001\.jpg\tsn=.*\tphoto=\/9gACg==\r\n$/)
})

it('A table is uploaded line by line', async () => {
  const lines = ['OPLOG 4\t0\t2026-08-10 12:15:00\t0\t0\t0\t0', 'USER PIN=1\tName=Ada']
  expect(await sentBy((terminal) => terminal.uploadTable('OPERLOG', lines))).toEqual({
    line: 'POST /iclock/cdata?SN=X&table=OPERLOG&Stamp=9999',
    body: `${lines.join('\n')}\n`,
    count: 1,
  })
})

it('Access tables are sent again until the server answers with their own count', async () => {
  const rows = ['user uid=1\tpin=1', 'user uid=2\tpin=2']
  const answers = ['OK', 'user=1', 'user=2\n', 'user=2']
  expect(await sentBy((terminal) => terminal.uploadTable('user', rows), ACCESS, answers)).toEqual({
    line: 'POST /iclock/cdata?SN=X&table=tabledata&tablename=user&count=2',
    body: `${rows.join('\r\n')}\r\n`,
    count: 4,
  })
  const state = await sentBy((terminal) => terminal.uploadTable('rtstate', ['sensor=01']), ACCESS, [
    'OK',
  ])
  expect(state).toMatchObject({ line: 'POST /iclock/cdata?SN=X&table=rtstate', count: 1 })
})

it('Rows of a query name their command, and want their count', async () => {
  const rows = ['user uid=1\tpin=1']
  const result = { commandId: 'c7', table: 'user', rows }
  expect(await sentBy((terminal) => terminal.queryData(result), ACCESS, ['OK', 'user=1'])).toEqual({
    line: 'POST /iclock/querydata?SN=X&type=tabledata&cmdid=c7&tablename=user&count=1&packcnt=1&packidx=1',
    body: 'user uid=1\tpin=1\r\n',
    count: 2,
  })
  const packet = { ...result, packets: { count: 2, index: 2 } }
  const second = await sentBy((terminal) => terminal.queryData(packet), ACCESS, ['user=1'])
  expect(second.line).toMatch(/&packcnt=2&packidx=2$/)
  const options = { ...result, type: 'options' as const, rows: ['a=1', 'b=2'] }
  const sent = await sentBy((terminal) => terminal.queryData(options), ACCESS, ['OK'])
  expect(sent).toMatchObject({ body: 'a=1,b=2', count: 1 })
})

it('Rows of a query of an attendance terminal are an upload that names its command', async () => {
  const result = { commandId: 'c7', table: 'ATTLOG', rows: ['7\t2026-08-10 12:15:00\t0\t1'] }
  expect(await sentBy((terminal) => terminal.queryData(result))).toEqual({
    line: 'POST /iclock/cdata?SN=X&table=ATTLOG&Stamp=9999&Count=1&PackCnt=1&PackIdx=1&CmdId=c7',
    body: '7\t2026-08-10 12:15:00\t0\t1\n',
    count: 1,
  })
})

it('A ping gets OK, and is sent once', async () => {
  const { line, count } = await sentBy(async (terminal) => {
    expect(await terminal.ping()).toMatchObject({ kind: 'ping', accepted: true })
  })
  expect([line, count]).toEqual(['GET /iclock/ping?SN=X', 1])
  const refused = await sentBy(
    async (terminal) => expect(await terminal.ping()).toMatchObject({ accepted: false }),
    {},
    [''],
  )
  expect(refused.count).toBe(1)
})

it('A clone puts .aspx after every path', async () => {
  const clone = { dialect: 'clone' as const }
  const { line } = await sentBy((terminal) => terminal.uploadTable('OPERLOG', ['x']), clone)
  expect(line).toBe('POST /iclock/cdata.aspx?SN=X&table=OPERLOG&Stamp=9999')
})
