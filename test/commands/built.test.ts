// How often and how long each kind of command is sent, and which intents replace each other.
import { commandQueue, memoryAdapter } from 'express-iclock'
import { access, attendance, type BuiltCommand } from 'express-iclock/commands'
import { describe, expect, test } from 'vitest'
import { ACCESS, ATTENDANCE, DANGEROUS_ACCESS, DANGEROUS_ATTENDANCE } from '../support/builders.js'

const MINUTE = 60_000
const QUERY = { replyWithin: 5 * MINUTE }
const ENROLLMENT = { attempts: 1, replyWithin: 10 * MINUTE, endsAnswer: true }
const DOOR = { attempts: 1, expiresAfter: 15_000, urgent: true }
const RESTART = { attempts: 1, endsAnswer: true }
const TRANSFER = { attempts: 1, replyWithin: 10 * MINUTE, endsAnswer: true }

function limits(text: string): object {
  if (/^(DATA (UPDATE|DELETE)|SET OPTIONS? (?!DateTime)|RELOAD|INFO|CHECK|LOG)/.test(text))
    return {}
  if (/^(DATA (QUERY|COUNT)|VERIFY SUM|ACCOUNT|CONTROL DEVICE 05|GET OPTION|GetFile)/.test(text))
    return QUERY
  if (/^ENROLL_/.test(text)) return ENROLLMENT
  if (/^(REBOOT|CONTROL DEVICE 03)/.test(text)) return RESTART
  if (/^(PutFile|UPGRADE)/.test(text)) return TRANSFER
  if (/^(AC_UN|CONTROL DEVICE|SET OPTIONS? DateTime)/.test(text)) return DOOR
  if (/^SHELL/.test(text)) return { attempts: 1, ...QUERY }
  return { attempts: 1 }
}

const harmless = [...ATTENDANCE, ...ACCESS]
const irreversible = [...DANGEROUS_ATTENDANCE, ...DANGEROUS_ACCESS]

test.each(harmless)('The limits of $name() fit $text', ({ build, members }) => {
  const { text, key: _, family: __, ...rest } = build(members as never)
  expect(rest).toEqual(limits(text))
})

test.each(irreversible)('The dangerous $name() is sent once: $text', ({ build, members }) => {
  const command = build(members as never)
  expect(command).toMatchObject({ attempts: 1 })
  expect(command).not.toHaveProperty('key')
})

test.each([
  ['attendance', [...ATTENDANCE, ...DANGEROUS_ATTENDANCE]],
  ['access', [...ACCESS, ...DANGEROUS_ACCESS]],
])('A builder of %s names its family', (family, samples) => {
  for (const { name, build, members } of samples) {
    const both = name === 'upgrade'
    expect([name, build(members as never).family]).toEqual([name, both ? undefined : family])
  }
})

test('Each command that a builder returns can be issued, and the doors, alarms and clocks are urgent', async () => {
  const commands = commandQueue(memoryAdapter())
  for (const { name, build, members } of [...harmless, ...irreversible]) {
    const command = build(members as never)
    const isUrgent = /door|alarm|clock|normallyopen/i.test(name)
    expect([name, command.urgent ?? false]).toEqual([name, isUrgent])
    expect(await commands.issue('TERMINAL', command)).toMatchObject({ text: command.text })
  }
})

describe('A key', () => {
  const sameKey = (one: BuiltCommand, other: BuiltCommand) => {
    return one.key !== undefined && one.key === other.key
  }
  const print = (members: object) => ({ pin: '7', finger: 1, template: 'AAAA', ...members })

  test('A newer template replaces an unsent one of the same finger only', () => {
    const first = attendance.putFingerprint(print({}))
    expect(sameKey(first, attendance.putFingerprint(print({ template: 'BBBB' })))).toBe(true)
    expect(sameKey(first, attendance.putFingerprint(print({ finger: 2 })))).toBe(false)
    expect(sameKey(first, attendance.putFingerprint(print({ pin: '71' })))).toBe(false)
    expect(sameKey(first, access.putFingerprint(print({})))).toBe(false)
  })

  test('A key never holds a template, a photo or the value of an option', () => {
    const secret = 'U2VjcmV0'
    const keys = [
      attendance.putFingerprint(print({ template: secret })),
      attendance.putUserPhoto({ pin: '7', content: secret }),
      attendance.setOption({ name: 'ComPwd', value: secret }),
      access.setOptions({ ComPwd: secret, Volume: '1' }),
    ].map(({ key }) => key)
    expect(keys).toEqual([
      'DATA UPDATE FINGERTMP PIN=7 FID=1',
      'DATA UPDATE USERPIC PIN=7',
      'SET OPTION ComPwd',
      'SET OPTIONS ComPwd,Volume',
    ])
  })

  test('Two requests to open a door become one', () => {
    const opening = { door: 1, seconds: 5 }
    expect(sameKey(access.openDoor(opening), access.openDoor(opening))).toBe(true)
    expect(sameKey(access.openDoor(opening), access.openDoor({ ...opening, door: 2 }))).toBe(false)
    expect(sameKey(attendance.openDoor(), attendance.openDoor())).toBe(true)
  })

  test('A command that another one may wait for, or that takes rights away, has no key', () => {
    const withoutKey = [
      attendance.putUser({ pin: '7' }),
      attendance.deleteUser({ pin: '7' }),
      attendance.deleteFingerprints({ pin: '7' }),
      attendance.putFace({ pin: '7', piece: 0, template: 'AAAA' }),
      attendance.putGroup({ id: 1, timeZones: [1] }),
      attendance.putMessage({
        ...{ id: 1, text: 'Hi', audience: 'everyone', minutes: 1, from: '2026-03-01 08:00:00' },
      }),
      access.putUser({ pin: '7' }),
      access.deleteUser({ pin: '7' }),
      access.authorize({ pin: '7', timeZone: 1, doors: [1] }),
      access.deleteAuthorizations({ pin: '7' }),
      access.putTimeZone({ id: 2 }),
      access.putCard({ pin: '7', card: 'AA' }),
    ]
    for (const command of withoutKey) expect(command).not.toHaveProperty('key')
  })
})
