import { parseUpload } from 'express-iclock'
import { capabilitiesOf, type EnrolledRow, enrolledRowsOf } from 'express-iclock/biometrics'
import { expect, it } from 'vitest'
import { bodyOf, uploadVectors } from '../support/upload-vectors.js'

const TMP = 'U29tZSBieXRlcw=='
const source = capabilitiesOf({
  options: { FPVersion: '10', FaceVersion: '7', FvVersion: '3' },
})
const rows = (table: string, line: string, tableName = '') => {
  const body = Buffer.from(line.replaceAll('⇥', '\t'))
  const { records } = parseUpload(body, { table, ...(tableName && { tableName }) })
  return enrolledRowsOf(records, { source }).map(({ record: _, ...row }) => row)
}
const FINGER = {
  pin: '7',
  type: 'finger',
  no: 6,
  index: 0,
  isDuress: false,
  template: TMP,
} as const
const FACE = { ...FINGER, type: 'face', no: 0, majorVersion: 58, minorVersion: 1 } as const

it.each<[table: string, line: string, expected: Partial<EnrolledRow>]>([
  ['OPERLOG', `FP PIN=7⇥FID=6⇥Size=16⇥Valid=1⇥TMP=${TMP}`, { ...FINGER, majorVersion: 10 }],
  ['fingertmp', `PIN=7⇥FID=6⇥Valid=1⇥TMP=${TMP}`, { ...FINGER, majorVersion: 10 }],
  ['OPERLOG', `FP PIN=7⇥FID=22⇥TMP=${TMP}`, { ...FINGER, majorVersion: 10, isDuress: true }],
  [
    'OPERLOG',
    `FACE PIN=7⇥FID=3⇥SIZE=16⇥VALID=1⇥TMP=${TMP}`,
    { ...FINGER, type: 'infraredFace', no: 0, index: 3, majorVersion: 7 },
  ],
  [
    'OPERLOG',
    `FVEIN Pin=7⇥FID=6⇥Index=2⇥Valid=1⇥Tmp=${TMP}`,
    { ...FINGER, type: 'fingerVein', index: 2, majorVersion: 3 },
  ],
  [
    'BIODATA',
    `BIODATA Pin=7⇥No=0⇥Index=0⇥Valid=1⇥Duress=0⇥Type=9⇥MajorVer=58⇥MinorVer=1⇥Format=0⇥Tmp=${TMP}`,
    FACE,
  ],
  ['BioData', `TYPE=9⇥PIN=7⇥NO=0⇥INDEX=0⇥MAJOR_VER=58⇥MINOR_VER=1⇥TMP=${TMP}`, FACE],
  [
    'BioData',
    `TYPE=9⇥PIN=7⇥NO=0⇥MAJOR_VER=58⇥MINOR_VER=1⇥TMP=${TMP}⇥BIOPHOTO=/9j/`,
    { ...FACE, photo: '/9j/' },
  ],
  ['OPERLOG', `FP PIN=7⇥FID=6⇥Size=17⇥TMP=${TMP}`, { fault: 'incomplete', template: TMP }],
  [
    'OPERLOG',
    `BIOPHOTO PIN=7⇥FileName=7.jpg⇥Type=9⇥Size=16⇥Content=${TMP}`,
    { pin: '7', type: 'face', no: 0, index: 0, isDuress: false, photo: TMP },
  ],
  ['OPERLOG', `BIOPHOTO PIN=7⇥Type=8⇥Size=16⇥Content=${TMP}`, { type: 'palmVein', photo: TMP }],
  [
    'EnrollInfoData',
    'TYPE=0⇥PIN=7⇥TMP=13375',
    { pin: '7', type: 'card', no: 0, index: 0, isDuress: false, card: '13375' },
  ],
  ['EnrollInfoData', 'PIN=7⇥TMP=13375', { type: 'card', card: '13375' }],
])('What came as %s is a row in the one shape: %s', (table, line, expected) => {
  const found = rows(table, line)
  expect(found).toHaveLength(1)
  if ('index' in expected) expect(found[0]).toEqual(expected)
  else expect(found[0]).toMatchObject(expected)
})

it('Rows of a door terminal have the same shape', () => {
  const line = `templatev10 size=16⇥uid=1⇥pin=7⇥fingerid=6⇥valid=1⇥template=${TMP}`
  expect(rows('tabledata', line, 'templatev10')).toEqual([{ ...FINGER, majorVersion: 10 }])
})

it('Several pieces of one enrollment are rows in their order', () => {
  const piece = (index: number) => `TYPE=2⇥PIN=7⇥NO=0⇥INDEX=${index}⇥MAJOR_VER=7⇥TMP=${TMP}`
  expect(rows('BioData', `${piece(0)}\r\n${piece(1)}\r\n`)).toMatchObject([
    { type: 'infraredFace', index: 0 },
    { type: 'infraredFace', index: 1 },
  ])
})

it.each([
  'USER PIN=7⇥Name=Ada',
  'OPLOG 6⇥0⇥2026-03-01 08:00:00⇥7⇥0⇥0⇥0',
  `FP PIN=7⇥FID=6⇥Valid=0⇥TMP=${TMP}`,
  `FP PIN=⇥FID=6⇥TMP=${TMP}`,
  `BIODATA Pin=7⇥Type=99⇥Tmp=${TMP}`,
  `BIOPHOTO PIN=7⇥Type=x⇥Content=${TMP}`,
])('A line that tells of no enrollment is passed over: %s', (line) => {
  expect(rows('OPERLOG', line)).toEqual([])
})

it('Each recorded template and photo of a face is a row, with its record', () => {
  const types = new Set<string>()
  for (const vector of uploadVectors) {
    const { table, tablename } = vector.expected
    const { records } = parseUpload(bodyOf(vector), {
      ...(table && { table }),
      ...(tablename && { tableName: tablename }),
    })
    for (const { record, pin } of enrolledRowsOf(records, { source })) {
      expect(records).toContain(record)
      expect(pin).not.toBe('')
      types.add(record.type)
    }
  }
  expect([...types].sort()).toEqual(['biodata', 'biophoto', 'face', 'fp', 'templatev10'])
})
