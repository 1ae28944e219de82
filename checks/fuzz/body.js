// Random bodies, made of pieces of both grammars and their mutations.

/** @typedef {{ body: Buffer, upload: import('express-iclock').ParseUploadOptions, encoding: string, maxRecords: number }} Case */

const TIMES = [
  '2026-11-24 08:00:00',
  '2026-03-29T02:30:00',
  '838110421',
  '1971--10--29 -23:-27:-54',
]
const PIECES = {
  replies: [
    ...['ID=', 'id = ', 'Return=', 'return=', 'CMD=', 'Cmd=', 'SN=', 'FILENAME=', 'Content='],
    ...['7', 'info8487', '0012', '0', '-1004', '9007199254740993', '+5', '考', '\xbf\xbc', ''],
    ...['DATA', 'DATA QUERY', 'INFO', 'GetFile', 'Shell', 'GET OPTIONS a', 'CHECK'],
    ...['ID=7&Return=0&CMD=DATA\n', 'ID=8&Return=0&CMD=INFO\nMAC=00:17\n~A=b c\nID=3\n'],
    ...['ID=9\nSN=1\nFILENAME=a\nCMD=GetFile\nReturn=3\nContent=ab\n', 'CMD=DATA&ID=5&Return=0\n'],
    ...['ID=4&Return=1&CMD=DATA QUERY\nuser pin=1\tname=A\n', 'ID=&Return=0\n', '&ID=6&Return=2'],
  ],
  uploads: [
    ...['PIN=', 'Pin=', 'pin=1', 'Name=', 'TMP=ab==', 'size=4', 'CMD=realupload', 'time='],
    ...['USER ', 'FP ', 'OPLOG ', 'BIODATA ', 'userpic\t', 'user', 'ERRORLOG ', ...TIMES],
    ...[
      '7',
      '007',
      'A-1',
      '0',
      '255',
      '考',
      '\xbf\xbc',
      '',
      'a,b',
      '~OEM=Z Co., Ltd.',
      '__proto__=',
    ],
    ...TIMES.map((time) => `7\t${time}\t0\t1\t0\t0\t0\n`),
    ...[
      'ATTLOG\t7\t2026-11-24 08:00:00\t0\n',
      'USER PIN=7\tName=A B\tPri=0\n',
      'FP PIN=7\tFID=0\n',
    ],
    ...['OPLOG 4\t0\t2026-11-24 08:00:00\t7\t0\t0\t0\n', 'UserCount=3,FpCount:0,MAC=00:17\r\n'],
    ...[
      'time=2026-11-24 08:00:00\tpin=7\tevent=0\r\n',
      'PIN=20261124080347-7.jpg\nSN=A\nsize=4\nCMD=up\0',
    ],
  ],
}
const JOINTS = ['&', '\t', '\n', '\r\n', ' ', '=', ',', '\0', '', '', '']
const TABLES = [
  ...[
    'ATTLOG',
    'attlog',
    'ATTLOG',
    'OPERLOG',
    'OPERLOG',
    'options',
    'ATTPHOTO',
    'BIODATA',
    'rtlog',
  ],
  ...['USERINFO', 'PostVerifyData', 'constructor', 'ERRORLOG', 'tabledata', 'tabledata', undefined],
]
const TABLE_NAMES = ['user', 'biophoto', 'options', undefined]
/** @type {Record<string, string>[]} */
const QUERIES = [
  ...[{}, {}, {}, {}, { Stamp: '1' }, { OpStamp: '1' }, { PhotoStamp: '1' }],
  ...[{ FPImage: '1', PIN: '7' }, { ContentType: 'tgz' }],
]
const ENCODINGS = ['utf-8', 'utf-8', 'gb18030', 'latin1']
const MOST_RECORDS = [...Array(15).fill(Infinity), 2]

/**
 * Makes the cases of a seed, always the same ones.
 *
 * @param {number} seed
 * @returns {() => Case}
 */
export function casesOf(seed) {
  const random = randomOf(seed)
  const one = (/** @type {number} */ count) => Math.floor(random() * count)
  /** @template T @param {readonly T[]} list @returns {T} */
  const of = (list) => /** @type {T} */ (list[one(list.length)])

  const write = () => {
    const pieces = of([PIECES.replies, PIECES.uploads])
    let text = ''
    for (let count = one(12); count >= 0; count--) text += of(pieces) + of(JOINTS)
    return text
  }
  const mutate = (/** @type {string} */ text) => {
    const at = one(text.length + 1)
    const length = one(8)
    switch (one(5)) {
      case 0:
        return text.slice(0, at) + String.fromCharCode(one(256)) + text.slice(at + 1)
      case 1:
        return text.slice(0, at) + text.slice(at + length)
      case 2:
        return text.slice(0, at + length) + text.slice(at)
      case 3:
        return text.slice(0, at)
      default:
        return text.slice(0, at) + of(PIECES.replies) + of(PIECES.uploads) + text.slice(at)
    }
  }
  return () => {
    let text = write()
    for (let count = one(4); count > 1; count--) text = mutate(text)
    // Pieces are octets, those beyond latin1 as UTF-8.
    const body = Buffer.from(text, /[\u0100-\uffff]/.test(text) ? 'utf8' : 'latin1')
    /** @type {Record<string, string | undefined>} */
    const table = { table: of(TABLES), tableName: of(TABLE_NAMES) }
    const encoding = of(ENCODINGS)
    const timeZone = random() < 0.05 ? 'Europe/Madrid' : undefined
    const given = Object.entries({ ...table, encoding, timeZone }).filter(([, value]) => value)
    const upload = { ...Object.fromEntries(given), query: of(QUERIES) }
    return { body, upload, encoding, maxRecords: of(MOST_RECORDS) }
  }
}

// mulberry32
/** @param {number} seed */
function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
