// Values may be exactly as long as the table in docs/commands.md says.
import { IclockError } from 'express-iclock'
import { expect, test } from 'vitest'
import { ACCESS, ATTENDANCE, DANGEROUS_ATTENDANCE, type Sample } from '../support/builders.js'
import { textOf } from '../support/page.js'

const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  ...{ attendance: ATTENDANCE, access: ACCESS, 'dangerous.attendance': DANGEROUS_ATTENDANCE },
}

const [, table = ''] = textOf('docs/commands.md').split('| value | builder | member | at most |\n')
const rows = (table.split('\n\n')[0] ?? '').split('\n').slice(1)
const limits = rows.flatMap((row) => {
  const [, , builders = '', member = '', most = ''] = row.split('|').map((cell) => cell.trim())
  const number = Number(/^\d+/.exec(most)?.[0])
  const names =
    builders === 'all' ? ['attendance.putUser'] : builders.replaceAll('`', '').split(', ')
  return names.map((name) => [name, member.replaceAll('`', ''), number, most] as const)
})

test('The table has rows', () => {
  expect(limits.length).toBeGreaterThan(10)
})

test.each(limits)('%s takes a %s of %d, and no more (%s)', (builder, member, most, unit) => {
  const [, family = '', name] = /^(.*)\.(\w+)$/.exec(builder) ?? []
  const sample = SAMPLES[family]?.find((one) => one.name === name && member in one.members)
  const unitOfText = /digits/.test(unit) ? '1' : 'A'
  const build = (length: number) => {
    const members = { ...sample?.members, [member]: unitOfText.repeat(length) }
    return sample?.build(members as never).text
  }
  expect(build(most)).toContain(unitOfText.repeat(most))
  // Base64 grows by four characters.
  expect(() => build(most + (unit.includes('base64') ? 4 : 1))).toThrow(IclockError)
})
