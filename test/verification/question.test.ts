import { expect, it } from 'vitest'
import { clockIn } from '../../src/upload/clock.js'
import { questionIn } from '../../src/verification/question.js'

const LINE =
  'time=2026-03-01 08:15:00\tpin=7\tcardno=123456\taddrtype=2\teventaddr=3\tevent=0\tinoutstatus=1\tverifytype=4'
const read = (body: string | Buffer) =>
  questionIn(Buffer.from(body), 'A', 'utf-8', clockIn('+08:00'))

it('A question has the members of its line', () => {
  const { record, ...question } = read(`${LINE}\r\n`) ?? {}
  expect(question).toEqual({
    serialNumber: 'A',
    pin: '7',
    card: '123456',
    door: 3,
    direction: 'out',
    event: '0',
    verify: '4',
    time: '2026-03-01 08:15:00',
    instant: new Date('2026-03-01T00:15:00Z'),
  })
  expect(record).toMatchObject({ type: 'rtlog', raw: Buffer.from(LINE) })
})

it.each([
  ['pin=0', {}],
  ['pin=', {}],
  ['pin=007', { pin: '007' }],
  ['cardno=0', {}],
  ['cardno=00AF', { card: '00AF' }],
  ['addrtype=1\teventaddr=9', { door: 1 }],
  ['addrtype=2\teventaddr=2', { door: 2 }],
  ['addrtype=3\teventaddr=2', { reader: 2 }],
  ['addrtype=4\teventaddr=2', {}],
  ['eventaddr=2', { door: 2 }],
  ['eventaddr=door', {}],
  ['inoutstatus=0', { direction: 'in' }],
  ['inoutstatus=constructor', { direction: 'unknown' }],
  ['inoutstatus=2', {}],
])('A line with %j becomes %j', (fields, members) => {
  expect(read(`time=2026-03-01 08:15:00\tevent=0\t${fields}`)).toMatchObject(members)
  const {
    record: _,
    instant: __,
    ...question
  } = read(`time=2026-03-01 08:15:00\tevent=0\t${fields}`) ?? {}
  expect(question).toEqual({
    ...{ serialNumber: 'A', direction: 'unknown', event: '0', verify: '' },
    ...{ time: '2026-03-01 08:15:00', ...members },
  })
})

it.each([
  ['nothing', ''],
  ['two lines', `${LINE}\n${LINE}`],
  ['no event', 'time=2026-03-01 08:15:00\tpin=7'],
  ['no time', 'event=0\tpin=7'],
  ['no pairs', '7\t2026-03-01 08:15:00'],
  ['bytes', Buffer.from([0xff, 0xd8, 0, 1])],
  ['too long a line', `${LINE}\tx=${'x'.repeat(1024)}`],
])('A body that is %s is no question', (_, body) => {
  expect(read(body)).toBeUndefined()
})
