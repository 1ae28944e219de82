// Each builder's text, and how often and how long it is sent.
import { access, attendance, dangerous } from 'express-iclock/commands'
import { describe, expect, test } from 'vitest'
import { ACCESS, ATTENDANCE, DANGEROUS_ACCESS, DANGEROUS_ATTENDANCE } from '../support/builders.js'

const FAMILIES = [
  { family: 'attendance', builders: attendance, samples: ATTENDANCE },
  { family: 'access', builders: access, samples: ACCESS },
  {
    family: 'dangerous.attendance',
    builders: dangerous.attendance,
    samples: DANGEROUS_ATTENDANCE,
  },
  { family: 'dangerous.access', builders: dangerous.access, samples: DANGEROUS_ACCESS },
]

describe.each(FAMILIES)('$family', ({ builders, samples }) => {
  test.each(samples)('$name() writes $text', ({ build, members, text }) => {
    expect(build(members as never).text).toBe(text.replaceAll('⇥', '\t'))
  })

  test('Every builder has a sample', () => {
    const sampled = new Set(samples.map(({ name }) => name))
    expect([...sampled].sort()).toEqual(Object.keys(builders).sort())
  })
})

test('A selection without conditions takes everything', () => {
  expect(attendance.queryBiodata({ type: 9 }).text).toBe('DATA QUERY BIODATA Type=9')
  expect(access.query({ table: 'user' }).text).toBe(
    'DATA QUERY tablename=user,fielddesc=*,filter=*',
  )
  expect(access.count({ table: 'user' }).text).toBe('DATA COUNT user')
})

test('Deleting a person deletes everything that a deletion covers by default', () => {
  expect(attendance.deleteFingerprints({ pin: '7' }).text).toBe('DATA DELETE FINGERTMP PIN=7')
  expect(access.deleteFingerprints({ pin: '7' }).text).toBe('DATA DELETE templatev10 Pin=7')
})

test('Rows can be appended without their count', () => {
  const rows = { url: 'file/rows', path: '/tmp/rows', action: 'append' } as const
  expect(dangerous.attendance.putRows(rows).text).toBe(
    'PutFile file/rows\t/tmp/rows\tAction=AppendData',
  )
})

test('Bytes and their base64 write the same line', () => {
  const bytes = new Uint8Array([1, 2, 3, 4])
  const { text } = attendance.putUserPhoto({ pin: '7', content: bytes })
  expect(text).toBe('DATA UPDATE USERPIC PIN=7\tSize=8\tContent=AQIDBA==')
  expect(attendance.putUserPhoto({ pin: '7', content: 'AQIDBA==' }).text).toBe(text)
})

test('A template whose padding an old terminal left out is counted as it is', () => {
  const { text } = attendance.putFingerprint({ pin: '7', finger: 0, template: 'AQIDBA' })
  expect(text).toContain('Size=6\tValid=1\tTMP=AQIDBA')
})

test('Each privilege has its code', () => {
  const privileges = ['user', 'registrar', 'administrator', 'custom', 'superAdministrator'] as const
  const texts = privileges.map((privilege) => access.putUser({ pin: '7', privilege }).text)
  expect(texts.map((text) => text.split('Privilege=')[1])).toEqual(['0', '2', '6', '10', '14'])
})

test('A row of a table that has a builder is left to it', () => {
  expect(() => access.putRow({ table: 'User', fields: { Pin: '7' } })).toThrow(
    'the table "User" has a builder of its own; expected a call of access.putUser',
  )
})

test('Each table that a builder writes is left to it', () => {
  for (const [builders, samples] of [
    [attendance, ATTENDANCE],
    [access, ACCESS],
  ] as const) {
    for (const { name, text } of samples) {
      const table = /^DATA UPDATE (\w+)/.exec(text)?.[1]
      if (table === undefined || name === 'putRow') continue
      const family = builders === access ? 'access' : 'attendance'
      expect(() => builders.putRow({ table, fields: { A: 1 } })).toThrow(`${family}.${name}`)
    }
  }
})
