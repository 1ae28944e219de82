// The values that builders refuse, and their errors.
import { IclockError } from 'express-iclock'
import {
  access,
  attendance,
  type BuiltCommand,
  dangerous,
  type TextOptions,
} from 'express-iclock/commands'
import { describe, expect, test } from 'vitest'

const refusal = (build: () => BuiltCommand): Error => {
  try {
    build()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('not refused')
}

const user = (members: object) => () => attendance.putUser({ pin: '7', ...members })
const print = (members: object) => () => {
  return attendance.putFingerprint({ pin: '7', finger: 1, template: 'AAAA', ...members })
}
const message = (members: object) => () => {
  const from = '2026-03-01 08:00:00'
  const whole = { id: 1, text: 'Hi', audience: 'everyone', minutes: 5, from, ...members } as const
  return attendance.putMessage(whole)
}
const period = (from: unknown, to: unknown) => () => {
  return attendance.queryAttendance({ from, to } as never)
}
const face = (members: object) => () => attendance.putFacePhoto({ pin: '7', ...members })
const option = (name: string, value: unknown) => () => {
  return attendance.setOption({ name, value } as never)
}
const rowOf = (fields: unknown) => access.putRow({ table: 'interlock', fields } as never)
const zone = (monday: unknown) => () => access.putTimeZone({ id: 2, monday } as never)
const NOON = '2026-03-01 12:00:00'
const MD5 = 'a5bf4dcd6020f408589224274aab132d'

const REFUSED: [string, () => BuiltCommand][] = [
  ['a name with a TAB', user({ name: 'x\tPri=14' })],
  ['a name with a line end', user({ name: 'x\nC:2:REBOOT' })],
  ['a name with CR', user({ name: 'x\rREBOOT' })],
  ['a name with NUL', user({ name: 'x\0' })],
  ['a name with half of a surrogate pair', user({ name: 'x\ud800' })],
  ['a name that is a field', user({ name: 'x Pri=14' })],
  ['a name with =', user({ name: 'a=b' })],
  ['a name of 25 bytes', user({ name: `${'é'.repeat(12)}x` })],
  ['a PIN of 0', user({ pin: '0' })],
  ['a PIN of zeros', user({ pin: '000' })],
  ['an empty PIN', user({ pin: '' })],
  ['a PIN of 25 digits', user({ pin: '1'.repeat(25) })],
  ['a PIN with a wildcard', user({ pin: '*' })],
  ['a PIN with a blank', user({ pin: '7 ' })],
  ['a PIN in other digits', user({ pin: '٧' })],
  ['a password of letters', user({ password: 'secret' })],
  ['a password of nine digits', user({ password: '123456789' })],
  ['a card that no 64 bits hold', user({ card: '18446744073709551616' })],
  ['a card in hex without brackets', user({ card: '15CD5B07' })],
  ['a second card without a first, which old firmware would take', user({ viceCard: '5' })],
  ['an unknown privilege', user({ privilege: 'admin' })],
  ['a privilege of Object.prototype', user({ privilege: 'constructor' })],
  ['a group of 256', user({ group: 256 })],
  ['a group that is not a whole number', user({ group: 1.5 })],
  ['a group that is NaN', user({ group: Number.NaN })],
  ['time zones of 7 digits', user({ timeZones: '0001000' })],
  ['a day that does not exist', user({ validFrom: '2026-02-29 00:00:00', validUntil: NOON })],
  ['a time with T', user({ validFrom: '2026-03-01T00:00:00', validUntil: NOON })],
  ['an hour of 24', period('2026-03-01 24:00:00', '2026-03-02 00:00:00')],
  ['a period that ends before it begins', period('2026-03-02 00:00:00', NOON)],
  ['a finger of 10', print({ finger: 10 })],
  ['an empty template', print({ template: '' })],
  ['a template that is not base64', print({ template: 'AA\tPIN=8' })],
  ['a template in URL-safe base64', print({ template: 'A-_A' })],
  ['a template cut off', print({ template: 'AAAAA' })],
  ['a template with padding too much', print({ template: 'AAA==' })],
  ['no bytes', print({ template: new Uint8Array() })],
  ['a photo of 1 MB', face({ content: new Uint8Array(1_000_000) })],
  ['a URL that hides a key', face({ url: 'a.jpg?PostBackTmpFlag=1' })],
  ['a URL that hides a key in another letter case', face({ url: 'a.jpg?postbacktmpflag=1' })],
  ['a URL with a blank', face({ url: 'a b.jpg' })],
  ['a message of 321 bytes', message({ text: 'x'.repeat(321) })],
  ['an option whose name cannot be set', option('~SerialNumber', '1')],
  ['an option whose name is a command', option('a=1\nREBOOT', '1')],
  ['an option whose value is two', option('Volume', '1,Lang=2')],
  ['an option whose value is two lines', option('Volume', '1\n2')],
  [
    'options of which one hides the other',
    () => {
      return access.setOptions({ GATEIPAddress: '10.0.0.1', IPAddress: '10.0.0.2' })
    },
  ],
  ['no option name', () => attendance.getOptions([])],
  ['option names with a separator', () => access.getOptions(['a,b'])],
  ['a door of 17', () => access.openDoor({ door: 17, seconds: 5 })],
  ['a door of 0, which would be all', () => access.openDoor({ door: 0, seconds: 5 })],
  ['0 seconds, which would close', () => access.openDoor({ door: 1, seconds: 0 })],
  ['255 seconds, which would be for good', () => access.openDoor({ door: 1, seconds: 255 })],
  ['the same door twice', () => access.authorize({ pin: '7', timeZone: 1, doors: [1, 1] })],
  ['no door', () => access.authorize({ pin: '7', timeZone: 1, doors: [] })],
  ['four spans a day', zone(Array.from({ length: 4 }, () => ['08:00', '09:00']))],
  ['a span that ends at 24:00', zone([['08:00', '24:00']])],
  ['a span of one time', zone([['08:00']])],
  ['a table in another letter case', () => access.query({ table: 'User' } as never)],
  ['a table with a condition', () => access.count({ table: 'user Pin=1' } as never)],
  ['four groups of time zones', () => attendance.putGroup({ id: 1, timeZones: [1, 2, 3, 4] })],
  ['a path with a blank', () => attendance.getFile({ path: '/mnt/a b' })],
  ['a shell command of two lines', () => dangerous.attendance.shell({ command: 'ls\nrm' })],
  ['an empty shell command', () => dangerous.attendance.shell({ command: '' })],
  [
    'a checksum that is not an MD5',
    () => {
      return dangerous.access.upgrade({ url: 'a', checksum: 'ok', size: 1 })
    },
  ],
  [
    'a firmware URL that hides a key',
    () => {
      return (
        dangerous.access.upgrade({ url: 'a?size=1', checksum: MD5, size: 1 }) &&
        dangerous.access.upgrade({ url: 'a?supportsubcontracting=1', checksum: MD5, size: 1 })
      )
    },
  ],
  [
    'a file URL that hides a key',
    () => {
      return dangerous.attendance.putFile({ url: 'a?Action=SyncData', path: '/tmp/a' })
    },
  ],
]

const ROWS: [string, () => BuiltCommand][] = [
  ['a table with a blank', () => attendance.putRow({ table: 'user Pin=1', fields: { A: 1 } })],
  ['a key with =', () => access.putRow({ table: 'interlock', fields: { 'A=1\tB': 1 } })],
  ['a key of Object.prototype', () => rowOf(JSON.parse('{ "__proto__": 1 }'))],
  ['a value with a TAB', () => rowOf({ A: '1\tB=2' })],
  ['a value that writes a key', () => rowOf({ A: 'x B=2', B: 1 })],
  ['a key that hides another', () => rowOf({ DevID: 1, ID: 2 })],
  ['a value with half a number', () => rowOf({ A: 1.5 })],
  ['a row of 1 MB', () => rowOf({ A: 'x'.repeat(1_000_000) })],
  ['a code with a builder', () => dangerous.access.control({ code: 1, values: [1, 1, 5] })],
  ['two values of a control', () => dangerous.access.control({ code: 0x0d, values: [1, 1] })],
  ['a byte of 256', () => dangerous.access.control({ code: 0x0d, values: [1, 1, 256] })],
]

const TYPE: [string, () => BuiltCommand][] = [
  ['a PIN that is a number', user({ pin: 7 })],
  ['no PIN', user({ pin: undefined })],
  ['a name that is null', user({ name: null })],
  ['a name that is a String object', user({ name: new String('Ada') })],
  ['a group as text', user({ group: '1' })],
  ['half a period of validity', user({ validFrom: NOON })],
  ['a Date', period(new Date(), NOON)],
  ['a flag as text', face({ content: 'AAAA', returnsTemplate: 'false' })],
  ['no template', print({ template: undefined })],
  ['neither photo nor URL', face({})],
  ['a photo and a URL', face({ content: 'AAAA', url: 'a.jpg' })],
  ['a misspelled member', user({ Name: 'Ada' })],
  ['an unknown member', user({ email: 'ada@example.org' })],
  ['no members', () => attendance.putUser(undefined as never)],
  ['a PIN instead of members', () => attendance.deleteUser('7' as never)],
  ['an array instead of members', () => attendance.deleteUser(['7'] as never)],
  ['no selection', () => attendance.queryAttendance(undefined as never)],
  ['no table', () => access.query(undefined as never)],
  ['no option', () => attendance.setOption(undefined as never)],
  ['an option that is a number', option('Volume', 60)],
  ['no option to set', () => access.setOptions({})],
  ['a row without fields', () => rowOf({})],
  ['a row of a list', () => rowOf(['A'])],
  ['a value that is an object', () => rowOf({ A: { B: 1 } })],
  ['a table that has a builder', () => attendance.putRow({ table: 'UserInfo', fields: { A: 1 } })],
  [
    'synchronizing without a table',
    () => {
      return dangerous.attendance.putRows({ url: 'a', path: '/tmp/a', action: 'sync' })
    },
  ],
]

test.each([...REFUSED, ...ROWS])('A builder refuses %s', (_, build) => {
  const error = refusal(build)
  expect(error).toBeInstanceOf(IclockError)
  const { code, status, expose, member = '', message } = error as IclockError
  expect({ code, status, expose }).toEqual({ code: 'VALUE_REFUSED', status: 400, expose: true })
  expect(message).toMatch(/^express-iclock: \w+\.[\w.]+: ".*expected /)
  expect(message).toContain(`: "${member.split(/[\n\t]/)[0]}`)
})

test.each([
  ['name', user({ name: 'x\tPri=14' })],
  ['pin', user({ pin: '0' })],
  ['viceCard', user({ viceCard: '5' })],
  ['to', period('2026-03-02 00:00:00', NOON)],
  ['template', print({ template: 'A-_A' })],
  ['value', option('Volume', '1,Lang=2')],
  ['Volume', () => access.setOptions({ Volume: '1,Lang=2' })],
  ['names', () => attendance.getOptions(['a b'])],
])('A refused value names its member: %s', (member, build) => {
  expect(refusal(build)).toMatchObject({ member })
})

test.each(['access', 'attendance'] as const)('An upgrade names the builder of %s', (family) => {
  const firmware = { url: 'a', checksum: 'ok', size: 1 }
  const told = `express-iclock: dangerous.${family}.upgrade: "checksum"`
  expect(refusal(() => dangerous[family].upgrade(firmware)).message).toContain(told)
})

test.each(TYPE)('A builder throws a TypeError for %s', (_, build) => {
  const error = refusal(build)
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(/^express-iclock: \w+\.\w+/)
})

describe('The encoding of a terminal', () => {
  const name = '国'.repeat(12)

  test('The encoding decides how long a name may be', () => {
    const { text } = attendance.putUser({ pin: '7', name }, { encoding: 'gb2312' })
    expect(text).toContain(`Name=${name}`)
    expect(refusal(user({ name })).message).toContain('(36 bytes); expected a string of at most 24')
    const gbk = () => attendance.putUser({ pin: '7', name: `${name}国` }, { encoding: 'gb2312' })
    expect(refusal(gbk).message).toContain(
      '(26 bytes); expected a string of at most 24 bytes in gbk',
    )
  })

  test('A character that the encoding lacks is refused', () => {
    const error = refusal(() => {
      return access.putUser({ pin: '7', name: 'Łukasz' }, { encoding: 'windows-1252' })
    })
    expect(error).toMatchObject({ code: 'VALUE_REFUSED', member: 'name' })
    expect(error.message).toContain('"name" has "Ł", which "windows-1252" lacks')
  })

  test.each([
    [{ charset: 'gb18030' }, 'there is no option "charset"'],
    [{ encoding: 'klingon' }, 'option "encoding" is "klingon"'],
    [null, 'the options are null'],
  ])('Wrong text options are a TypeError: %j', (options, told) => {
    const error = refusal(() => attendance.putUser({ pin: '7' }, options as TextOptions))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(told)
  })
})

describe('An array with methods of its own', () => {
  const hostile = (list: string[]) => {
    const own = () => ['x\tPri=14', 'y=1,z=2\nREBOOT']
    return Object.assign(list, {
      ...{ map: own, filter: own, join: () => own().join(), flatMap: own, slice: own },
      [Symbol.iterator]: () => own()[Symbol.iterator](),
    })
  }

  test('An array is written by its items, whatever its methods return', () => {
    const names = hostile(['FirmVer', '~SerialNumber'])
    expect(access.getOptions(names).text).toBe('GET OPTIONS FirmVer,~SerialNumber')
    const monday = hostile(['08:00', '17:30']) as never
    const { text } = access.putTimeZone({ id: 2, monday: [monday] })
    expect(text).toContain('MonTime1=52430530\tMonTime2=0')
  })
})

describe('An error', () => {
  const messageOf = (build: () => BuiltCommand) => refusal(build).message

  test('An error names the builder, the member, what came and what was expected', () => {
    expect(messageOf(user({ name: 'x Pri=14' }))).toBe(
      'express-iclock: attendance.putUser: "name" is "x Pri=14"; ' +
        'expected a string of at most 24 bytes in utf-8, without = and control characters',
    )
    expect(messageOf(() => access.putUser({ pin: 7 } as never))).toBe(
      'express-iclock: access.putUser: "pin" is 7; ' +
        "expected a string of 1 to 24 digits, letters or _ that is not 0, such as '7'",
    )
  })

  test('An error shows a name as a person reads it, and how long it is', () => {
    const name = 'محمد عبد الرحمن السيد'
    expect(messageOf(user({ name }))).toContain(`"name" is "${name}" (39 bytes); expected`)
    expect(messageOf(user({ name: 'x=\u202e\u200b\u00a0\u{e0041}' }))).toContain(
      '"name" is "x=\\u202e\\u200b\\u00a0\\udb40\\udc41"; expected',
    )
  })

  test('An error suggests the right spelling of a misspelled member', () => {
    expect(messageOf(user({ Name: 'Ada' }))).toContain('"Name"; did you mean "name"?')
    expect(messageOf(() => attendance.deleteUser({ pin: '7', id: 1 } as never))).toContain(
      'there is no member "id"; the members are pin',
    )
  })

  test('An error says why a Date is refused', () => {
    expect(messageOf(period(new Date(), NOON))).toContain('a Date has no time zone')
  })

  test('An error says which key a value would write', () => {
    expect(messageOf(user({ viceCard: '5' }))).toContain(
      '"viceCard" would write "Card=" where old firmware reads the field Card',
    )
  })

  test('An error never shows a secret', () => {
    const secrets = [
      () => rowOf({ Password: 'hunter2\n' }),
      user({ password: 'hunter2' }),
      print({ template: 'hunter2\t' }),
      option('ComPwd', 'hunter2,'),
      () => access.setOptions({ ComPwd: 'hunter2\n' }),
      () => access.putBiodata({ pin: '7', type: 1, template: 'hunter2=' } as never),
      () => dangerous.attendance.shell({ command: 'echo hunter2 | passwd\n' }),
    ].map(messageOf)
    for (const text of secrets) {
      expect(text).not.toContain('hunter2')
      expect(text).toContain('expected ')
    }
  })

  test('An error never shows what an object holds', () => {
    const row = { password: 'hunter2' }
    expect(messageOf(user({ name: row }))).toContain('"name" is an object;')
  })
})
