import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseReplies } from '../../src/index.js'
import { batch, type DialectName, recordWriter } from '../../src/simulator.js'
import { recording, SERIAL_NUMBER, terminalAt } from '../support/server.js'

const attendance = recordWriter(SERIAL_NUMBER)
const access = recordWriter(SERIAL_NUMBER, 'access')

it.each<[what: string, record: Buffer, text: string]>([
  ['a reply', attendance.reply('1001', -10), 'ID=1001&Return=-10&CMD=DATA\n'],
  [
    'a reply with more pairs',
    attendance.reply('1', 41, 'ACCOUNT', { RecordSum: '41' }),
    'ID=1&Return=41&CMD=ACCOUNT&RecordSum=41\n',
  ],
  ['a reply of an access terminal', access.reply('1', 0, 'CHECK'), 'ID=1&return=0&CMD=CHECK\n'],
  [
    'INFO',
    attendance.info('27', { MAC: '00:17:61:00:00:01', '~OEMVendor': 'ZK Inc.' }),
    'ID=27&Return=0&CMD=INFO\nMAC=00:17:61:00:00:01\n~OEMVendor=ZK Inc.\n',
  ],
  [
    'Shell',
    attendance.shell('37', 1, 'total 8\n'),
    `ID=37\nSN=${SERIAL_NUMBER}\nReturn=1\nCMD=Shell\nFILENAME=shellout.txt\nContent=total 8\n`,
  ],
  [
    'GetFile',
    attendance.getFile('1234', 'a.cfg', Buffer.from('x=1\r\n')),
    `ID=1234\nSN=${SERIAL_NUMBER}\nFILENAME=a.cfg\nCMD=GetFile\nReturn=5\nContent=x=1\r\n`,
  ],
  [
    'GetFile of an access terminal',
    access.getFile('1', 'a', Buffer.alloc(0)),
    `ID=1\nSN=${SERIAL_NUMBER}\nFILENAME=a\nCMD=GetFile\nreturn=0\nContent=`,
  ],
  ['PutFile', attendance.putFile('30', 262144), 'ID=30\nReturn=262144\nCMD=PutFile\n'],
  [
    'VERIFY SUM',
    attendance.verifySum('23', '2015-07-01 00:00:00', '2015-07-31 23:59:59', 42),
    'ID=23&Return=0&CMD=VERIFY SUM&StartTime=2015-07-01 00:00:00&EndTime=2015-07-31 23:59:59&AttlogSum=42\n',
  ],
  [
    'a batch',
    batch(['ID=1&Return=0', attendance.getFile('2', 'a', Buffer.from('x')), 'ID=3&Return=0\n']),
    `ID=1&Return=0\nID=2\nSN=${SERIAL_NUMBER}\nFILENAME=a\nCMD=GetFile\nReturn=1\nContent=x\nID=3&Return=0\n`,
  ],
])('The builder of %s writes its record', (_, record, text) => {
  expect(String(record)).toBe(text)
})

it('The endpoint reads back the records as written', () => {
  const id = fc.stringMatching(/^[0-9A-Za-z]{1,16}$/)
  const record = fc.oneof(
    fc.tuple(fc.constant('reply' as const), id, fc.integer()),
    fc.tuple(fc.constant('getFile' as const), id, fc.uint8Array()),
    fc.tuple(fc.constant('putFile' as const), id, fc.nat()),
  )
  const dialect = fc.constantFrom<DialectName>('attendance', 'access', 'clone')
  fc.assert(
    fc.property(dialect, fc.array(record), fc.uint8Array(), (family, records, output) => {
      const write = recordWriter(SERIAL_NUMBER, family)
      const body = batch([
        ...records.map((each) => {
          if (each[0] === 'getFile') return write.getFile(each[1], 'a', each[2])
          return write[each[0]](each[1], each[2])
        }),
        write.shell('last', 0, output),
      ])
      const { replies, unparsed } = parseReplies(body, { serialNumber: SERIAL_NUMBER })
      expect(unparsed).toEqual([])
      const expected = records.map(([, commandId, value]) => {
        const isFile = value instanceof Uint8Array
        return {
          commandId,
          returnCode: isFile ? value.length : value,
          ...(isFile ? { content: Buffer.from(value) } : {}),
        }
      })
      const last = { commandId: 'last', returnCode: 0, content: Buffer.from(output) }
      expect(replies).toMatchObject([...expected, last])
    }),
  )
})

it('Each record can be sent', async () => {
  const { server, bodies } = await recording()
  const terminal = terminalAt(server)
  await terminal.reply('1', 0)
  await terminal.info('2', { MAC: '1' })
  await terminal.shell('3', 0, 'x')
  await terminal.getFile('4', 'a', Buffer.from([0]))
  await terminal.putFile('5', 1)
  await terminal.verifySum('6', 'a', 'b', 7)
  await terminal.send([terminal.records.reply('7', 0), terminal.records.reply('8', 0)])
  expect(bodies).toEqual([
    attendance.reply('1', 0),
    attendance.info('2', { MAC: '1' }),
    attendance.shell('3', 0, 'x'),
    attendance.getFile('4', 'a', Buffer.from([0])),
    attendance.putFile('5', 1),
    attendance.verifySum('6', 'a', 'b', 7),
    batch([attendance.reply('7', 0), attendance.reply('8', 0)]),
  ])
})
