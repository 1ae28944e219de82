// Options that terminals really sent, and what these can take.
import { type BiometricType, capabilitiesOf } from 'express-iclock/biometrics'
import { expect, test } from 'vitest'

const takenBy = (options: Record<string, string>, announced?: string) => {
  const told = announced === undefined ? {} : { announced }
  const { types, takesPhotos } = capabilitiesOf({ family: 'attendance', options }, told)
  const taken = Object.entries(types).filter(([, { takes }]) => takes)
  return {
    ...Object.fromEntries(taken.map(([type, one]) => [type, one.majorVersion])),
    takesPhotos,
  }
}

const V5L = {
  ...{ FPVersion: '10', FaceFunOn: '1', FaceVersion: '58', FingerFunOn: '1', FvFunOn: '0' },
  ...{ FvVersion: '3', PvFunOn: '1', PvVersion: '12', VisilightFun: '1' },
  MultiBioDataSupport: '0:1:0:0:0:0:0:0:1:1',
  MultiBioPhotoSupport: '0:0:0:0:0:0:0:0:0:1',
}
const SENSEFACE_2A = {
  ...{ FPVersion: '10', FaceFunOn: '1', FaceVersion: '40', FingerFunOn: '1', VisilightFun: '1' },
  MultiBioDataSupport: '0:1:0:0:0:0:0:0:0:1',
  MultiBioVersion: '0:13.0:0:0:0:0:0:0:0:40.1',
  MaxMultiBioDataCount: '0:3000:0:0:0:0:0:0:0:1500',
  MultiBioDataCount: '0:2999:0:0:0:0:0:0:0:1600',
}

test.each([
  ['a SpeedFace-V5L', V5L, { finger: 10, palmVein: 12, face: 58, takesPhotos: true }],
  // The list of versions is right, and FPVersion is not.
  ['a SenseFace 2A', SENSEFACE_2A, { finger: 13, face: 40, takesPhotos: true }],
  [
    'a SenseFace 2A without lists',
    { FPVersion: '10', FaceFunOn: '1', FaceVersion: '40', FingerFunOn: '1' },
    { finger: 10, face: 40, takesPhotos: true },
  ],
  [
    'a Biopro SA40, which has no face',
    { FingerFunOn: '1', FPVersion: '10', FaceFunOn: '0', FaceVersion: '7', BioPhotoFun: '' },
    { finger: 10, takesPhotos: false },
  ],
  [
    'a BioFace A1, whose fingers are in their older table',
    {
      ...{ FaceFunOn: '1', FingerFunOn: '1', '~ZKFPVersion': '10' },
      MultiBioDataSupport: '0:0:0:0:0:0:0:0:1:1',
    },
    { finger: 10, palmVein: undefined, face: undefined, takesPhotos: true },
  ],
  [
    'a terminal of near-infrared faces',
    { FingerFunOn: '1', FPVersion: '10', FaceFunOn: '1', FaceVersion: '7' },
    { finger: 10, infraredFace: 7, takesPhotos: false },
  ],
  ['a terminal that said nothing', {}, { takesPhotos: undefined }],
])('capabilitiesOf() reads the options of %s', (_, options: Record<string, string>, taken) => {
  expect(takenBy(options)).toEqual(taken)
})

test('A terminal that did not say is told from one that does not take it', () => {
  const takes = (options: Record<string, string>, type: BiometricType) =>
    capabilitiesOf({ options }).types[type].takes
  expect(takes({}, 'face')).toBe(undefined)
  expect(takes({ FingerFunOn: '1' }, 'palm')).toBe(undefined)
  expect(takes({ FaceFunOn: '0' }, 'face')).toBe(false)
  expect(takes({ MultiBioDataSupport: '0:0:0:0:0:0:0:0:0:0' }, 'face')).toBe(false)
  expect(takes({ FaceVersion: '58', FaceFunOn: '1' }, 'infraredFace')).toBe(false)
})

test('A type works only if both sides announced it', () => {
  const announced = '0:1:0:0:0:0:0:0:1:0'
  expect(takenBy(V5L, announced)).toEqual({ finger: 10, palmVein: 12, takesPhotos: true })
  // Fingers of version 10 need no unified table.
  expect(takenBy(V5L, '0')).toEqual({ finger: 10, takesPhotos: true })
  expect(takenBy(SENSEFACE_2A, '0')).toEqual({ takesPhotos: true })
})

test('Places are counted where the terminal counts them exactly, and nowhere else', () => {
  const { types } = capabilitiesOf({ options: { ...SENSEFACE_2A, '~MaxFingerCount': '30' } })
  expect([types.finger.free, types.face.free, types.palm.free]).toEqual([1, 0, undefined])
  const hundreds = { '~MaxFingerCount': '30', FPCount: '100', FPVersion: '10' }
  expect(capabilitiesOf({ options: hundreds }).types.finger.free).toBe(undefined)
})

test('Malformed options are as good as none', () => {
  const malformed = {
    ...{ MultiBioDataSupport: 'x:::-1:1e3', MultiBioVersion: '::', MaxMultiBioDataCount: '0:-5' },
    ...{ FPVersion: 'VX10', FaceVersion: '99999', MultiBioDataCount: '', FaceFunOn: 'on' },
  }
  const { types } = capabilitiesOf({ options: malformed })
  for (const capability of Object.values(types)) {
    expect(capability).toEqual({ isUnified: false, takes: false })
  }
})

test.each([null, undefined, {}])(
  'A terminal that is %j can take nothing that is known',
  (terminal) => {
    const { family, takesPhotos, types } = capabilitiesOf(terminal)
    expect([family, takesPhotos]).toEqual([undefined, undefined])
    expect(Object.values(types)).toEqual(Array.from({ length: 11 }, () => ({ isUnified: false })))
  },
)
