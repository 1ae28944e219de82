// What TypeScript lets a caller write.
import { access, attendance, type BuiltCommand, dangerous } from 'express-iclock/commands'
import { expectTypeOf, test } from 'vitest'

test('A builder returns a command with its limits', () => {
  expectTypeOf(attendance.openDoor()).toEqualTypeOf<BuiltCommand>()
  expectTypeOf<BuiltCommand['text']>().toEqualTypeOf<string>()
})

test('The calls of the documentation compile', () => {
  attendance.putUser({ pin: '7', name: 'Ada', privilege: 'administrator', card: '123456789' })
  attendance.queryAttendance({ from: '2026-03-01 00:00:00', to: '2026-03-31 23:59:59' })
  attendance.putUserPhoto({ pin: '7', content: Buffer.from('JPEG') })
  access.putTimeZone({
    id: 2,
    monday: [
      ['08:00', '12:00'],
      ['13:00', '17:30'],
    ],
  })
  access.openDoor({ door: 'all', seconds: 5 })
  access.setOptions({ Door1Drivetime: '5' })
  dangerous.attendance.shell({ command: 'ls' })
  dangerous.access.clear({ table: 'user' })
})

test('Types are named by their family', () => {
  const user: attendance.User = { pin: '7', name: 'Ada' }
  const authorization: access.Authorization = { pin: '7', timeZone: 1, doors: [1] }
  const firmware: dangerous.access.Firmware = { url: 'emfw.cfg', checksum: '', size: 1 }
  expectTypeOf(user).toExtend<access.User>()
  expectTypeOf(authorization.doors).toEqualTypeOf<readonly number[]>()
  expectTypeOf(firmware.size).toBeNumber()
})

test('Wrong members do not compile', () => {
  // @ts-expect-error A PIN is text.
  expectTypeOf(attendance.putUser).toBeCallableWith({ pin: 7 })
  // @ts-expect-error Privileges are words.
  expectTypeOf(attendance.putUser).toBeCallableWith({ pin: '7', privilege: 14 })
  // @ts-expect-error Dangerous commands are kept apart.
  expectTypeOf(attendance.shell).toBeFunction()
  // @ts-expect-error A door opens for a time.
  expectTypeOf(access.openDoor).toBeCallableWith({ door: 1 })
  // @ts-expect-error Letter case matters.
  expectTypeOf(access.query).toBeCallableWith({ table: 'User' })
})
