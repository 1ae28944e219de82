import { parseUpload } from 'express-iclock'
import { access, accessUserIn } from 'express-iclock/commands'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { character } from '../support/character.js'

const userOf = (line: string, tableName = 'user') => {
  const body = Buffer.from(line.replaceAll('⇥', '\t'))
  const [record] = parseUpload(body, { table: 'tabledata', tableName }).records
  return record && accessUserIn(record)
}
const put = (user: access.User) => access.putUser(user).text.replaceAll('\t', '⇥')
const CODED = 'starttime=867225600⇥endtime=20261225'

it("A panel's row is put again with every key, in the letter case of commands", () => {
  const line = `user uid=5⇥cardno=13375⇥pin=4⇥password=12⇥group=1⇥${CODED}⇥name=Ada⇥privilege=14⇥disable=1⇥verify=0`
  const user = userOf(line)
  expect(user).toEqual({
    ...{ pin: '4', card: '13375', password: '12', group: 1, name: 'Ada' },
    ...{ validFrom: '2026-12-25 08:00:00', validUntil: '2026-12-25' },
    privilege: 'superAdministrator',
    more: { Disable: '1', verify: '0' },
  })
  expect(put(user as access.User)).toBe(
    'DATA UPDATE user CardNo=13375⇥Pin=4⇥Password=12⇥Group=1⇥StartTime=867225600⇥EndTime=20261225⇥Name=Ada⇥Privilege=14⇥Disable=1⇥verify=0',
  )
})

it('A blank value, no period and the place in the table are left out', () => {
  expect(userOf('user uid=5⇥cardno=⇥pin=4⇥starttime=0⇥endtime=0⇥name=⇥privilege=0')).toEqual({
    pin: '4',
    privilege: 'user',
  })
})

it('A value that no member has is put as it came', () => {
  const user = userOf('user pin=4⇥group=A⇥privilege=3⇥starttime=soon') as access.User
  expect(user).toEqual({
    pin: '4',
    more: { Group: 'A', Privilege: '3', StartTime: 'soon' },
  })
  expect(put(user)).toBe('DATA UPDATE user Pin=4⇥Group=A⇥Privilege=3⇥StartTime=soon')
})

it.each(['user name=Ada', 'user pin=⇥name=Ada', 'biodata pin=4⇥no=0'])(
  'A row that names no user has none: %s',
  (line) => {
    expect(userOf(line)).toBeUndefined()
  },
)

it.each<[more: object, member: string]>([
  [{ cardno: '1' }, 'more.cardno'],
  [{ Pin: '8' }, 'more.Pin'],
  [{ Name: 'Bob' }, 'more.Name'],
  [{ 'a b': '1' }, 'more.a b'],
  [{ Disable: '1\tPin=8' }, 'more.Disable'],
  [{ Disable: 'Pin=8' }, 'more.Disable'],
])('A key that would write another field is refused: %j', (more, member) => {
  expect(() => access.putUser({ pin: '7', name: 'Ada', more: more as never })).toThrow(
    expect.objectContaining({ code: 'VALUE_REFUSED', member }),
  )
})

it.each([[], 'Disable=1', null])('More keys that are %j are refused', (more) => {
  expect(() => access.putUser({ pin: '7', more: more as never })).toThrow(
    /"more" is .*expected an object/,
  )
})

it('Whatever a row holds, it is put again with each of its values, or refused', () => {
  const key = fc.oneof(
    fc.constantFrom(
      'cardno',
      'group',
      'starttime',
      'privilege',
      'disable',
      'verify',
      'Zone',
      'uid',
    ),
    fc.stringMatching(/^[A-Za-z]\w{0,8}$/),
  )
  const value = fc.oneof(
    fc.constantFrom('0', '1', '14', '20261225', '867225600', '4294967296', '2026-12-25'),
    fc.string({ unit: character, maxLength: 6 }),
  )
  let written = 0
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 6 }), (fields) => {
      const all = { ...fields, pin: '7' }
      const user = accessUserIn({
        ...{ kind: 'fields', type: 'user', raw: Buffer.alloc(0) },
        fields: all,
      })
      let text: string
      try {
        text = access.putUser(user as access.User).text
      } catch (error) {
        expect(error).toMatchObject({ code: 'VALUE_REFUSED' })
        return
      }
      written++
      const pieces = text.replace('DATA UPDATE user ', '').split('\t')
      const put = new Map(pieces.map((piece) => piece.split(/=(.*)/s) as [string, string]))
      const lower = new Set([...put].map(([name, held]) => `${name.toLowerCase()}=${held}`))
      for (const [name, held] of Object.entries(all)) {
        const isTime = /^(?:start|end)time$/i.test(name) && held === '0'
        if (held === '' || /^uid$/i.test(name) || isTime) continue
        // Of two spellings of one key the terminal sent, the last counts.
        const others = Object.keys(all).filter((one) => one.toLowerCase() === name.toLowerCase())
        if (others.length > 1) continue
        const digits = /^\d+$/.test(held) ? String(BigInt(held)) : held
        expect([...lower]).toSatisfy((list: string[]) => {
          return [held, digits].some((text) => list.includes(`${name.toLowerCase()}=${text}`))
        })
      }
    }),
    { numRuns: 300 },
  )
  expect(written).toBeGreaterThan(50)
})
