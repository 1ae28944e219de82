// Uploads with records of every kind, as strange and as large as they may be.
import type { Upload } from '../../upload/upload.js'
import { EVERY_BYTE, textOf } from '../sample.js'
import { packetUpload, upload, uploadOf } from './sample.js'

const LINES = [
  'USER PIN=1\tName=王小明\tPri=0',
  'USER __proto__=x\tconstructor=y\t$set=1\ta.b=2\t=\t',
  'OPLOG 4\t14\t2026-10-05 06:58:10\t0\tDHCP',
  'FP PIN=1\tFID=0\tTMP=ab==',
  'USER PIN=2\tName=O\'Neill "x" \\ %_',
  `BIODATA Pin=1\tTmp=${textOf(70_000)}`,
  '  total garbage ',
  'no \0 record',
].join('\n')

// As many columns as a line may have, each as strange as it may be.
const COLUMNS = Array.from({ length: 410 }, (_, index) => {
  return [' x ', '', '0', 'null', 'é', 'e\u0301', '😀', '007', `${index}`][index % 9] ?? ''
})
const PAIRS = COLUMNS.map((value, index) => `Key${index}=${value}`)
const PHOTO = 'PIN=20261005065810-7.jpg\nSN=A\nsize=0\nCMD=uploadphoto'

/** An upload of each kind. */
export function everyKind(): Upload[] {
  return [
    uploadOf(
      'A',
      'ATTLOG',
      ['1', '2099-12-31 23:59:59', '0', '1', '0', ...COLUMNS.slice(0, 58)].join('\t'),
    ),
    uploadOf(
      'A',
      'ATTLOG',
      ['é', 'e\u0301', '王', 'x'.repeat(64), '0007', 'AB', 'ab']
        .map((pin) => `${pin}\t2026-10-05 06:58:10\t0\t1`)
        .join('\n'),
    ),
    uploadOf('A', 'OPERLOG', ['OPLOG 4', '14', '2026-10-05 06:58:10', ...COLUMNS].join('\t')),
    uploadOf('A', 'OPERLOG', `USER PIN=1\t${PAIRS.join('\t')}\t__proto__=1\té=NFC\te\u0301=NFD`),
    uploadOf('A', 'OPERLOG', `FACE PIN=1\tTMP=${textOf(1_100_000)}==`),
    uploadOf('A', 'ATTPHOTO', `${PHOTO}\0`),
    uploadOf(
      'A',
      'ATTPHOTO',
      Buffer.concat([
        Buffer.from(`${PHOTO.replace('7', '8')}\0`),
        Buffer.alloc(4_200_000, EVERY_BYTE),
      ]),
    ),
    upload('A', {
      records: [],
      unparsed: [Buffer.from(textOf(1_100_000)), Buffer.from(' '), Buffer.from('\0')],
    }),
    packetUpload('A', '1', [1, 2], EVERY_BYTE),
    uploadOf('A', 'ATTLOG', '007\t2026-10-05 06:58:10\t0\t1\t\t0\t0\nwhat\n'),
    uploadOf('A', 'OPERLOG', LINES),
    uploadOf('A', 'rtlog', 'time=2026-10-05 06:58:10\tpin=1\tevent=0'),
    uploadOf('A', 'options', '~DeviceName=X,~OEMVendor=ZKTeco Co., Ltd.'),
    uploadOf(
      'A',
      'ATTPHOTO',
      Buffer.concat([
        Buffer.from('PIN=20261005065810-7.jpg\nsize=9\nCMD=uploadphoto\0'),
        EVERY_BYTE,
      ]),
    ),
    upload('A', { records: [], unparsed: [EVERY_BYTE, Buffer.from([0xff]), Buffer.from([0xfe])] }),
  ]
}
