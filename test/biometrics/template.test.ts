// Records as terminals upload them, and what becomes of each.
import { parseUpload, type UploadRecord } from 'express-iclock'
import { type Capabilities, capabilitiesOf, conversions } from 'express-iclock/biometrics'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { character } from '../support/character.js'

const FLAT = { FingerFunOn: '1', FPVersion: '10', FaceFunOn: '1', FaceVersion: '7', FvVersion: '3' }
const CLOCK = capabilitiesOf({ family: 'attendance', options: FLAT })
const DOOR = capabilitiesOf({
  family: 'access',
  options: {
    ...{ MultiBioDataSupport: '0:1:1:0:0:0:0:1:0:1', MultiBioPhotoSupport: '0:0:0:0:0:0:0:0:0:1' },
    MultiBioVersion: '0:10.0:7.0:0:0:0:0:3.0:0:58.12',
  },
})
const VISIBLE = capabilitiesOf({ family: 'attendance', options: { FaceVersion: '58' } })
const TMP = 'U29tZSBieXRlcw=='

const recordsOf = (lines: readonly string[], table = 'OPERLOG'): UploadRecord[] => {
  const text = lines.map((line) => `${line.replaceAll('⇥', '\t')}\n`).join('')
  return parseUpload(Buffer.from(text), { table }).records
}
const convert = (lines: readonly string[], to: Capabilities, rest: object = {}) => {
  const { commands, failures } = conversions({ pin: '7', records: recordsOf(lines), ...rest }, to)
  return [
    ...commands.map(({ text }) => text.replaceAll('\t', '⇥')),
    ...failures.map(({ type, no, reason }) => `${type} ${no}: ${reason}`),
  ]
}
const finger = (no: number, tmp = TMP) => `FP PIN=7⇥FID=${no}⇥Size=${tmp.length}⇥Valid=1⇥TMP=${tmp}`
const face = (index: number, tmp = TMP) =>
  `BIODATA Pin=7⇥No=0⇥Index=${index}⇥Valid=1⇥Duress=0⇥Type=9⇥MajorVer=58⇥MinorVer=12⇥Format=0⇥Tmp=${tmp}`
const photo = `BIOPHOTO PIN=7⇥FileName=7.jpg⇥Type=9⇥Size=16⇥Content=${TMP}`
const source = CLOCK

test('A finger of a time-clock goes to a time-clock and to a door', () => {
  const line = finger(6)
  expect(convert([line], CLOCK, { source })).toEqual([
    `DATA UPDATE FINGERTMP PIN=7⇥FID=6⇥Size=16⇥Valid=1⇥TMP=${TMP}`,
  ])
  expect(convert([line], DOOR, { source })).toEqual([
    `DATA UPDATE templatev10 Pin=7⇥FingerID=6⇥Valid=1⇥Template=${TMP}`,
  ])
})

test.each([
  `FP PIN=7⇥FID=22⇥Size=16⇥Valid=1⇥TMP=${TMP}`,
  `FP PIN=7⇥FID=6⇥Size=16⇥Valid=3⇥TMP=${TMP}`,
  `templatev10 pin=7⇥fingerid=6⇥valid=3⇥template=${TMP}`,
  `BIODATA Pin=7⇥No=6⇥Index=0⇥Valid=1⇥Duress=1⇥Type=1⇥MajorVer=10⇥MinorVer=0⇥Format=ZK⇥Tmp=${TMP}`,
])('A finger that gives a silent alarm stays one: %s', (line) => {
  expect(convert([line], CLOCK, { source })).toEqual([
    `DATA UPDATE FINGERTMP PIN=7⇥FID=6⇥Size=16⇥Valid=3⇥TMP=${TMP}`,
  ])
})

test.each(['BioData', 'EnrollInfoData'])(
  'The result of an enrollment, %s, is read like BIODATA',
  (table) => {
    const line = face(0).replace('BIODATA ', '').replaceAll('jorVer', 'JOR_VER')
    const enrolled = line.replace('MinorVer', 'MINOR_VER').replace('MaJOR', 'MAJOR')
    const records = recordsOf([`${enrolled}⇥BIOPHOTO=${TMP}TMP=`], table)
    const usual = recordsOf([face(0), photo])
    const [of, from] = [records, usual].map((each) => {
      return conversions({ pin: '7', records: each }, VISIBLE).commands.map(({ text }) => text)
    })
    expect(of?.length).toBeGreaterThan(0)
    expect(of).toEqual(from?.map((text) => text))
  },
)

test('The older tables name no version: without their source it is unknown', () => {
  expect(convert([finger(6)], CLOCK)).toEqual(['finger 6: unknown-version'])
  const newer = capabilitiesOf({ options: { FPVersion: '13' } })
  expect(convert([finger(6)], CLOCK, { source: newer })).toEqual(['finger 6: unknown-version'])
  const older = capabilitiesOf({ options: { FPVersion: '9' } })
  expect(convert([finger(6)], CLOCK, { source: older })).toEqual(['finger 6: version'])
})

test('A near-infrared face has its pieces in order, and twelve of them in the older table', () => {
  const pieces = Array.from({ length: 12 }, (_, at) => {
    return `FACE PIN=7⇥FID=${11 - at}⇥SIZE=16⇥VALID=1⇥TMP=${TMP}`
  })
  const written = convert(pieces, CLOCK, { source })
  expect(written.map((line) => /FID=(\d+)/.exec(line)?.[1])).toEqual(
    pieces.map((_, index) => String(index)),
  )
  expect(convert(pieces, DOOR, { source })[3]).toBe(
    `DATA UPDATE biodata Pin=7⇥No=0⇥Index=3⇥Valid=1⇥Duress=0⇥Type=2⇥MajorVer=7⇥MinorVer=0⇥Format=0⇥Tmp=${TMP}`,
  )
  expect(convert(pieces.slice(1), CLOCK, { source })).toEqual(['infraredFace 0: incomplete'])
})

test('A new enrollment takes the place of an older one with more pieces', () => {
  const older = [face(0, 'AAAA'), face(1, 'AAAA'), face(2, 'AAAA')]
  const newer = [face(0, 'BBBB'), face(1, 'BBBB')]
  const written = convert([...older, ...newer], VISIBLE)
  expect(written.map((line) => line.split('Tmp=')[1])).toEqual(['BBBB', 'BBBB'])
  expect(convert([...older, ...older], VISIBLE)).toHaveLength(3)
})

test('A face comes as a template or as a photo, and never as both', () => {
  const biodata = face(0)
  expect(convert([biodata, photo], VISIBLE)).toEqual([`DATA UPDATE ${biodata}`])
  const other = capabilitiesOf({ family: 'access', options: { FaceVersion: '40' } })
  expect(convert([biodata, photo], other)).toEqual([
    `DATA UPDATE biophoto PIN=7⇥Type=9⇥Size=16⇥Content=${TMP}⇥Format=0⇥Url=⇥PostBackTmpFlag=0`,
  ])
  expect(convert([biodata], other)).toEqual(['face 0: version'])
  expect(convert([biodata, photo], CLOCK)).toEqual(['face 0: type'])
  expect(convert([photo], CLOCK)).toEqual(['face 0: type'])
})

test.each([
  ['a finger that the terminal calls invalid', `FP PIN=7⇥FID=6⇥Size=16⇥Valid=0⇥TMP=${TMP}`],
  ['a finger of no hand', finger(10)],
  ['a type of tomorrow', face(0).replace('Type=9', 'Type=11')],
  ['a piece without a number', face(0).replace('Index=0', 'Index=x')],
  ["somebody else's finger", finger(6).replace('PIN=7', 'PIN=77')],
  ['a user', 'USER PIN=7⇥Name=Ada'],
  ['an operation', 'OPLOG 4⇥0⇥2026-03-01 08:00:00⇥7⇥0⇥0⇥0'],
  ['a photo of another type', photo.replace('Type=9', 'Type=2')],
])('conversions() passes over %s', (_, line) => {
  expect(convert([line], CLOCK, { source })).toEqual([])
})

test('What a terminal cut, and what no command can hold, is never sent', () => {
  expect(convert([finger(6).replace('Size=16', 'Size=17')], CLOCK, { source })).toEqual([
    'finger 6: incomplete',
  ])
  expect(convert([finger(6, 'AAA==')], CLOCK, { source })).toEqual(['finger 6: incomplete'])
  expect(convert([finger(6, 'A'.repeat(900_004))], CLOCK, { source })).toEqual(['finger 6: size'])
  const cut = photo.replace('Size=16', 'Size=17')
  expect(convert([cut], VISIBLE)).toEqual(['face 0: incomplete'])
})

test('A full terminal takes what it has already, and nothing else', () => {
  const full: Capabilities = {
    ...CLOCK,
    types: { ...CLOCK.types, finger: { ...CLOCK.types.finger, free: 1 } },
  }
  const lines = [finger(6), finger(7)]
  expect(convert(lines, full, { source })[1]).toBe('finger 7: capacity')
  expect(convert(lines, full, { source, isStored: true })).toHaveLength(2)
})

test('A terminal of unknown family has no tables', () => {
  const { family: _, ...unknown } = CLOCK
  expect(convert([finger(6)], unknown, { source })).toEqual(['finger 6: family'])
})

test('A PIN that no command can hold is refused', () => {
  const records = recordsOf([finger(6).replace('PIN=7', 'PIN=*')])
  expect(() => conversions({ pin: '*', records, source }, CLOCK)).toThrow(
    expect.objectContaining({ code: 'VALUE_REFUSED', member: 'pin' }),
  )
})

test('Whatever the records hold, conversions() writes whole commands of its person, or none', () => {
  const types = ['fp', 'fingertmp', 'templatev10', 'face', 'fvein', 'biodata', 'biophoto', 'user']
  const keys = ['FID', 'FingerID', 'Size', 'Valid', 'TMP', 'Template', 'No', 'Index', 'Duress']
  const more = ['Type', 'MajorVer', 'MinorVer', 'Format', 'Content', '__proto__', 'constructor']
  const value = fc.oneof(
    fc.constantFrom('', '0', '1', '2', '3', '7', '9', '10', '58', '1e3', '-1', '999999999', TMP),
    fc.constantFrom('AAAA\tPIN=8', 'AAAA\nC:2:REBOOT', ' 1 ', '٧', 'ZK'),
    fc.string({ unit: character, maxLength: 4 }),
  )
  const whole: Record<string, string> = {
    PIN: '7',
    FID: '6',
    FingerID: '6',
    Index: '0',
    Type: '9',
    MajorVer: '58',
  }
  const contents: Record<string, string> = { TMP, Template: TMP, Content: TMP }
  const record = fc.record({
    kind: fc.constant('fields' as const),
    type: fc.constantFrom(...types, '__proto__', 'toString'),
    fields: fc
      .dictionary(fc.constantFrom(...keys, ...more), value, { maxKeys: 3 })
      .map((fields) => ({ ...whole, ...contents, ...fields })),
    raw: fc.constant(Buffer.alloc(0)),
  })
  let written = 0
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 20 }),
      fc.constantFrom(CLOCK, DOOR, VISIBLE),
      (records, to) => {
        const { commands } = conversions({ pin: '7', records, source }, to)
        for (const { text } of commands) {
          expect(text).toMatch(/^DATA UPDATE \w+ (PIN|Pin|pin)=7(\t\w+=[\w+/=]*)+$/)
        }
        written += commands.length
      },
    ),
    {
      numRuns: 1000,
      examples: [
        [
          [
            {
              kind: 'fields',
              type: 'biodata',
              fields: { ...whole, ...contents, MinorVer: '999999999' },
              raw: Buffer.alloc(0),
            },
          ],
          VISIBLE,
        ],
      ],
    },
  )
  expect(written).toBeGreaterThan(50)
})
