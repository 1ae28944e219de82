import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NodeRequest } from '../../src/endpoint/node.js'
import {
  contactOf,
  hasOnlyOptions,
  infoFacts,
  optionFacts,
  pairsOf,
  uploadFacts,
} from '../../src/terminal/facts.js'
import { character } from '../support/character.js'

interface Vector {
  name: string
  path: string
  body?: string
  expected: {
    kind: string
    info?: string[]
    options?: Record<string, string>
    records?: { fields: Record<string, string> }[]
  }
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../fixtures/uploads.json', import.meta.url), 'utf8'),
)
const from = (url: string, more = {}) => new NodeRequest({ url, ...more } as IncomingMessage)

describe('INFO of a poll', () => {
  const polls = vectors.filter(({ expected }) => expected.info !== undefined)
  it.each(polls)('INFO is read: $name', ({ path, expected }) => {
    const info = new URL(path, 'http://x').searchParams.get('INFO') ?? undefined
    const values = expected.info ?? []
    expect(infoFacts(info)).toMatchObject({
      firmware: values[0],
      users: Number(values[1]),
      fingers: Number(values[2]),
      records: Number(values[3]),
      faces: Number(values[8]),
    })
  })

  it.each([
    [undefined, {}],
    ['', {}],
    [',5,6,7', { users: 5, fingers: 6, records: 7 }],
    [' Ver 1 , 5 ,-1,x', { firmware: 'Ver 1', users: 5 }],
    ['Ver\n1,1e3,0x10,9999999999', {}],
    ['\ufffd,1', { users: 1 }],
    [`${'V'.repeat(101)},1`, { users: 1 }],
    [
      'Ver 6.8.0(build640), 2, 0, 0, 192.168.1.201, 10, -1, -12, 101',
      {
        firmware: 'Ver 6.8.0(build640)',
        users: 2,
        fingers: 0,
        records: 0,
      },
    ],
    [
      'V,1,2,3,192.0.2.1,10,7,15,4,111,5,6,7',
      {
        firmware: 'V',
        users: 1,
        fingers: 2,
        records: 3,
        faces: 4,
        options: { UserCardCount: '5', UserPhotoCount: '6', ATTPhotoCount: '7' },
      },
    ],
  ])('Only sound members of INFO are returned: %j', (info, facts) => {
    expect(infoFacts(info)).toEqual(facts)
  })

  it('INFO of 100,000 empty members has none', () => {
    expect(infoFacts(','.repeat(100_000))).toEqual({})
  })
})

describe('Options', () => {
  const bodies = vectors.filter(
    ({ expected, path }) => expected.kind === 'registry' || /table=options/.test(path),
  )
  it('Seven vectors have options', () => expect(bodies).toHaveLength(7))

  it.each(bodies)('Options are pairs: $name', ({ body = '', expected }) => {
    const options = expected.options ?? expected.records?.[0]?.fields ?? {}
    expect(Object.fromEntries(Object.entries(pairsOf(body)))).toEqual(options)
  })

  it('Options give the model, the firmware and the counts', () => {
    const body = bodies.find(({ name }) => name === 'options SenseFace 2A')?.body ?? ''
    const { options, ...facts } = optionFacts(pairsOf(body))
    expect(facts).toEqual({
      firmware: 'ZAM70-NF24HA-3.3.12-OCM-2535-Ver1.1.0',
      model: 'SenseFace 2A',
      users: 2,
      fingers: 1,
      faces: 1,
      records: 4,
    })
    expect(options).toMatchObject({ '~OEMVendor': 'ZKTECO CO., LTD.', '~LockFunOn': '1' })
  })

  it('Options give the family and the firmware of an access terminal, and no counts below zero', () => {
    expect(optionFacts({ DeviceType: 'acc', FirmVer: 'Ver 8', UserCount: '-1' })).toMatchObject({
      family: 'access',
      familyRank: 'stated',
      firmware: 'Ver 8',
    })
    expect(optionFacts({ UserCount: '-1' })).not.toHaveProperty('users')
  })

  it('An empty list of options gives nothing', () => {
    expect(optionFacts({})).toEqual({})
    expect(optionFacts(pairsOf(''))).toEqual({})
    expect(optionFacts(pairsOf('no pairs, none'))).toEqual({})
  })

  it('A body has options alone only if no character of it is lost', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a=1',
        'b=2',
        'B:2',
        '~c=x=y',
        ' d =4',
        '=',
        ':',
        ',',
        '__proto__=1',
        '12=3',
        '\n',
      ),
      fc.string({ unit: character, maxLength: 3 }),
    )
    const bodies = fc.array(fc.tuple(piece, fc.constantFrom(',', '\n', '\r\n', ', ')))
    const bare = (text: string) => text.replace(/[\s,=:]/g, '')
    fc.assert(
      fc.property(bodies, (parts) => {
        const body = parts.flat().join('')
        fc.pre(hasOnlyOptions(Buffer.from(body)))
        const { options = {} } = optionFacts(pairsOf(body))
        expect(bare(Object.entries(options).flat().join(''))).toBe(bare(body))
      }),
    )
  })

  it('Options are bounded, and their keys are names', () => {
    const key = fc.string({ unit: character, maxLength: 10 })
    const claims = fc.dictionary(key, fc.string({ maxLength: 10 }), { maxKeys: 5 })
    fc.assert(
      fc.property(claims, (claimed) => {
        const { options = {} } = optionFacts(claimed)
        for (const [key, value] of Object.entries(options)) {
          expect(key).toMatch(/^~?[\w-]{1,64}$/)
          expect(key).not.toMatch(/^\d+$/)
          expect(value).toBe(claimed[key])
          expect(value).not.toContain('\0')
        }
      }),
      { numRuns: 100 },
    )
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, '1']))
    expect(Object.keys(optionFacts(many).options ?? {})).toHaveLength(500)
    const spellings = Array.from({ length: 5000 }, (_, index) =>
      [...index.toString(2).padStart(13, '0')].map((bit) => (bit === '0' ? 'a' : 'A')).join(''),
    )
    const alike = Object.fromEntries(spellings.map((key) => [key, '1']))
    expect(Object.keys(optionFacts(alike).options ?? {})).toHaveLength(500)
    expect(pairsOf('1=a,a b=c,d,e=f,g')).toEqual({ e: 'f,g' })
    expect(optionFacts({ long: 'x'.repeat(1001), '$set.a': '1' })).toEqual({})
    expect(optionFacts(pairsOf('__proto__=1,a=2')).options).toEqual({ a: '2' })
  })
})

const PROVED = { family: 'attendance', familyRank: 'proved' } as const
const SEEN = { family: 'access', familyRank: 'seen' } as const

describe('The query of an upload', () => {
  it.each([
    ['table=ATTLOG&Stamp=9999', { ...PROVED, stamps: { ATTLOG: '9999' } }],
    ['table=attlog&stamp=1', { ...PROVED, stamps: { ATTLOG: '1' } }],
    ['table=OPERLOG&OpStamp=289504127', { ...PROVED, stamps: { OPERLOG: '289504127' } }],
    ['table=OPERLOG&Stamp=9999', { ...PROVED, stamps: { OPERLOG: '9999' } }],
    ['table=BIODATA&Stamp=9999', { stamps: { BIODATA: '9999' } }],
    ['Stamp=82983982', { ...PROVED, stamps: { ATTLOG: '82983982' } }],
    ['OpStamp=99999999', { ...PROVED, stamps: { OPERLOG: '99999999' } }],
    ['PIN=1.jpg&PhotoStamp=285528079', { ...PROVED, stamps: { ATTPHOTO: '285528079' } }],
    ['table=rtlog', SEEN],
    ['table=rtstate', SEEN],
    ['table=tabledata&tablename=user&count=1', SEEN],
    ['table=options', {}],
    ['table=options&Stamp=1', {}],
    [
      'table=ATTLOG&Stamp=2026-11-25T12:08:21',
      {
        ...PROVED,
        stamps: { ATTLOG: '2026-11-25T12:08:21' },
      },
    ],
    [
      'table=ATTLOG&Stamp=2026-11-25+12:08:21',
      {
        ...PROVED,
        stamps: { ATTLOG: '2026-11-25 12:08:21' },
      },
    ],
    ['table=ATTLOG&Stamp=2026-11-25T12:08', { ...PROVED }],
    ['table=ATTLOG&Stamp=9999&CmdId=239', { ...PROVED }],
    ['table=ATTLOG&Stamp=9999%0AEncrypt=1', { ...PROVED }],
    ['table=ATTLOG&Stamp=', { ...PROVED }],
    ['table=ATTLOG&Stamp=123456789012345678901', { ...PROVED }],
    ['table=__proto__&Stamp=1', {}],
    ['', {}],
  ])('The query gives family and stamp: %s', (query, facts) => {
    expect(uploadFacts(from(`/iclock/cdata?SN=A&${query}`), true)).toEqual(facts)
  })

  it('An upload without records has no stamp, and proves nothing', () => {
    const empty = from('/iclock/cdata?SN=A&table=ATTLOG&Stamp=99999999999999999999')
    expect(uploadFacts(empty, false)).toEqual({})
  })

  it('Only access terminals send the result of a query to querydata', () => {
    const url = '/iclock/querydata.aspx?SN=A&type=tabledata&cmdid=1&tablename=user'
    expect(uploadFacts(from(url), true)).toEqual(SEEN)
  })
})

it.each([
  ['acc', 'access'],
  [' ACC ', 'access'],
  ['att', 'attendance'],
  ['middle east', 'attendance'],
  ['', undefined],
  [undefined, undefined],
])('DeviceType %j means the family %s', (type, family) => {
  expect(optionFacts(type === undefined ? {} : { DeviceType: type }).family).toBe(family)
})

describe('A contact', () => {
  it.each([
    [{ socket: { remoteAddress: '192.0.2.7' } }, '192.0.2.7'],
    [{ socket: { remoteAddress: '::ffff:192.0.2.7' } }, '192.0.2.7'],
    [{ socket: { remoteAddress: '2001:db8::7' } }, '2001:db8::7'],
    [{ socket: { remoteAddress: '127.0.0.1' }, ip: '192.0.2.7' }, '192.0.2.7'],
    [{ socket: {} }, undefined],
  ])('A contact has the address of the request: %j', (more, address) => {
    const contact = contactOf('A', from('/', more), 'poll', { users: 1 })
    expect(contact).toMatchObject({ serialNumber: 'A', kind: 'poll', users: 1 })
    expect(contact.address).toBe(address)
    expect('address' in contact).toBe(address !== undefined)
  })
})
