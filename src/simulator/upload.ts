// What a terminal uploads besides attendance: tables, photos, rows that a query asked for, and the
// heartbeat.
import { localTime, timeCodeOf } from './clock.js'
import { containsOk, isExactly } from './refusal.js'
import type { Body } from './request.js'
import type { Question, Session } from './session.js'

/** A photo taken at a punch. */
export interface Photo {
  /** The person's number; a person who was not recognized has none. */
  pin?: string
  /**
   * The terminal's local time, `'2026-11-25 08:00:00'`, or an instant in its time zone; now by
   * default.
   */
  time?: string | Date
  /** The bytes of the image. */
  jpeg: Uint8Array
}

/** Rows that `DATA QUERY` asked for. */
export interface QueryResult {
  commandId: string
  /** The table: `'user'` of access terminals, `'ATTLOG'` of attendance terminals. */
  table: string
  /** Its rows, without line ends. */
  rows: readonly string[]
  /** Of access terminals; `'tabledata'` by default. */
  type?: 'tabledata' | 'count' | 'options'
  /** How many packets the table comes in, and which one this is, from 1; one by default. */
  packets?: { count: number; index: number }
}

/** A time as the terminal shows it: its own, by default. */
export function localTimeOf({ clock }: Session, time: string | Date = clock.now()): string {
  return typeof time === 'string' ? time : localTime(time, clock.timeZone)
}

/** The stamp of a table whose last record is of this time. */
export function stampOf(session: Session, time?: string): string | number {
  if (session.identity.dialect.stamps === 'number') return 9999
  return localTimeOf(session, time).replace(' ', 'T')
}

/** Lines of a table of attendance terminals, such as OPERLOG; of access terminals, as tabledata. */
export function tableQuestion(session: Session, table: string, lines: readonly string[]): Question {
  const { family, pictures } = session.identity.dialect
  const isAccess = family === 'access'
  const isTabledata = isAccess && !/^(rtlog|rtstate|options)$/.test(table)
  return {
    kind: 'upload',
    method: 'POST',
    endpoint: 'cdata',
    query: isTabledata
      ? [
          ['table', 'tabledata'],
          ['tablename', table],
          ['count', lines.length],
        ]
      : isAccess
        ? [['table', table]]
        : [
            ['table', table],
            ['Stamp', stampOf(session)],
          ],
    body: lines.map((line) => `${line}${isAccess ? '\r\n' : '\n'}`).join(''),
    checkBody: isTabledata ? isExactly(`${table}=${lines.length}`) : containsOk,
    mustClose: pictures === 'until closed' && PICTURES.test(table),
  }
}

const PICTURES = /^(attphoto|biophoto|userpic)$/i

/** The upload of a photo. */
export function photoQuestion(session: Session, { pin, time, jpeg }: Photo): Question {
  const { dialect, serialNumber, pushVersion } = session.identity
  const local = localTimeOf(session, time)
  const name = `${local.replace(/\D/g, '')}${pin === undefined ? '' : `-${pin}`}.jpg`
  if (dialect.family === 'access') {
    const content = Buffer.from(jpeg).toString('base64')
    const row = `pin=${name}\tsn=${serialNumber}\tsize=${content.length}\tphoto=${content}`
    return tableQuestion(session, 'ATTPHOTO', [row])
  }
  const head = `PIN=${name}\nSN=${serialNumber}\nsize=${jpeg.length}\nCMD=uploadphoto\0`
  return {
    kind: 'upload',
    method: 'POST',
    endpoint: 'fdata',
    query:
      pushVersion === ''
        ? [
            ['PIN', name],
            ['PhotoStamp', timeCodeOf(local)],
          ]
        : [
            ['table', 'ATTPHOTO'],
            ['Stamp', stampOf(session, local)],
          ],
    body: Buffer.concat([Buffer.from(head), jpeg]),
    checkBody: containsOk,
    mustClose: dialect.pictures === 'until closed',
  }
}

/** The upload of rows that a query asked for. */
export function queryQuestion(session: Session, result: QueryResult): Question {
  const { commandId, table, rows, type = 'tabledata', packets = { count: 1, index: 1 } } = result
  if (session.identity.dialect.family === 'attendance') {
    return {
      kind: 'upload',
      method: 'POST',
      endpoint: 'cdata',
      query: [
        ['table', table],
        ['Stamp', stampOf(session)],
        ['Count', rows.length],
        ['PackCnt', packets.count],
        ['PackIdx', packets.index],
        ['CmdId', commandId],
      ],
      body: rows.map((row) => `${row}\n`).join(''),
      checkBody: containsOk,
    }
  }
  const isTable = type === 'tabledata'
  return {
    kind: 'querydata',
    method: 'POST',
    endpoint: 'querydata',
    query: [
      ['type', type],
      ['cmdid', commandId],
      ['tablename', table],
      ['count', rows.length],
      ['packcnt', packets.count],
      ['packidx', packets.index],
    ],
    body: isTable ? rows.map((row) => `${row}\r\n`).join('') : rows.join(','),
    checkBody: isTable ? isExactly(`${table}=${rows.length}`) : containsOk,
  }
}

/** The post of a Command Reply, or of several. */
export const replyQuestion = (body: Body): Question => ({
  kind: 'reply',
  method: 'POST',
  endpoint: 'devicecmd',
  body,
  checkBody: isExactly('OK'),
})

/** The heartbeat. */
export const PING: Question = {
  kind: 'ping',
  method: 'GET',
  endpoint: 'ping',
  checkBody: containsOk,
}
