import { expect, it } from 'vitest'
import { access, attendance } from '../../src/commands.js'
import { reasonOf } from '../../src/roster/reason.js'
import { checkSize } from '../../src/roster/size.js'

function reasonFor(fails: () => unknown): string {
  try {
    fails()
  } catch (error) {
    return reasonOf(error)
  }
  throw new Error('expected an error')
}

it.each([
  [() => attendance.putUser({ pin: '0' }), /^pin is "0"; expected a string of 1 to 24 digits/],
  [
    () => access.authorize({ pin: '7', timeZone: 1, doors: [] }),
    /^doors is an array of 0; expected /,
  ],
  [() => attendance.putUser({ pin: '7', nmae: 'A' } as never), /^there is no member "nmae"; /],
  [
    () => attendance.putUser({ pin: '7', name: 'é' }, { encoding: 'big5' }),
    /^name has "é", which /,
  ],
])(
  'A reason says what came and what was expected, without the name of a builder: %s',
  (fails, reason) => {
    expect(reasonFor(fails)).toMatch(reason)
  },
)

it('Advice for the developer of the app is no part of a reason', () => {
  const commands = Array.from({ length: 101 }, () => ({ text: 'CHECK' }))
  const reason = reasonFor(() => {
    checkSize({ groups: [{ at: 'asked', commands }], content: { facets: {} } } as never)
  })
  expect(reason).toMatch(
    /^sending this person takes 101 commands and .*; expected at most 100 and 5000$/,
  )
})

it('An error of the app is a reason as it is, and what is no error is one too', () => {
  expect(reasonOf(new Error('no photo: "7"'))).toBe('no photo: "7"')
  expect(reasonOf('x')).toBe('it could not be sent')
  expect(reasonOf(new Error('x'.repeat(9999)))).toHaveLength(500)
})
