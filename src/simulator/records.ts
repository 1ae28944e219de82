// Writes records as firmware does, and joins them into a batch.
import { DIALECTS, type Dialect, type DialectName } from './dialect.js'

const LF = 0x0a

/**
 * Writes records as firmware does. A record that ends with content must be the last of a batch,
 * except GetFile.
 */
export interface RecordWriter {
  /** `ID=1001&Return=0&CMD=DATA`, followed by further pairs. */
  reply(
    commandId: string,
    returnCode: number,
    command?: string,
    fields?: Record<string, string>,
  ): Buffer
  /** The reply to `INFO`: one line per option. */
  info(commandId: string, options: Record<string, string>, returnCode?: number): Buffer
  /** The reply to `SHELL`: its exit status and what it printed. */
  shell(commandId: string, exitStatus: number, output: string | Uint8Array): Buffer
  /** The reply to `GetFile`: the file, with its size as the return code. */
  getFile(commandId: string, filename: string, content: Uint8Array): Buffer
  /** The reply to `PutFile`: how many bytes the terminal received. */
  putFile(commandId: string, returnCode: number): Buffer
  /** The reply to `VERIFY SUM ATTLOG`; times like `2015-07-01 00:00:00`. */
  verifySum(commandId: string, startTime: string, endTime: string, attlogSum: number): Buffer
}

/**
 * Returns a writer of records (PUSH manual, "Command Reply") for a terminal with this serial number.
 *
 * @example
 * recordWriter('0316144680030').reply('1001', 0) // ID=1001&Return=0&CMD=DATA
 */
export function recordWriter(
  serialNumber: string,
  dialect: DialectName | Dialect = 'attendance',
): RecordWriter {
  const { family } = typeof dialect === 'string' ? DIALECTS[dialect] : dialect
  const Return = family === 'access' ? 'return' : 'Return'
  const lines = (...line: string[]) => Buffer.from(line.map((text) => `${text}\n`).join(''))
  const compact = (
    commandId: string,
    returnCode: number,
    command: string,
    fields: Record<string, string> = {},
  ) => {
    const further = Object.entries(fields).map(([key, value]) => `&${key}=${value}`)
    return `ID=${commandId}&${Return}=${returnCode}&CMD=${command}${further.join('')}`
  }
  return {
    reply: (commandId, returnCode, command = 'DATA', fields) =>
      lines(compact(commandId, returnCode, command, fields)),
    info: (commandId, options, returnCode = 0) =>
      lines(
        compact(commandId, returnCode, 'INFO'),
        ...Object.entries(options).map(([key, value]) => `${key}=${value}`),
      ),
    shell: (commandId, exitStatus, output) =>
      Buffer.concat([
        lines(`ID=${commandId}`, `SN=${serialNumber}`, `${Return}=${exitStatus}`, 'CMD=Shell'),
        lines('FILENAME=shellout.txt'),
        Buffer.from('Content='),
        Buffer.from(output),
      ]),
    getFile: (commandId, filename, content) =>
      Buffer.concat([
        lines(`ID=${commandId}`, `SN=${serialNumber}`, `FILENAME=${filename}`, 'CMD=GetFile'),
        lines(`${Return}=${content.length}`),
        Buffer.from('Content='),
        content,
      ]),
    putFile: (commandId, returnCode) =>
      lines(`ID=${commandId}`, `${Return}=${returnCode}`, 'CMD=PutFile'),
    verifySum: (commandId, StartTime, EndTime, attlogSum) =>
      lines(
        compact(commandId, 0, 'VERIFY SUM', { StartTime, EndTime, AttlogSum: String(attlogSum) }),
      ),
  }
}

/**
 * Joins records into a body: each starts on a line of its own.
 *
 * @example
 * await terminal.exchange(batch([terminal.records.reply('1', 0), 'ID=2&Return=-3&CMD=DATA']))
 */
export function batch(records: readonly (string | Uint8Array)[]): Buffer {
  const parts: Buffer[] = []
  for (const record of records.map((each) => Buffer.from(each))) {
    const last = parts.at(-1)
    if (last !== undefined && last.at(-1) !== LF) parts.push(Buffer.from('\n'))
    parts.push(record)
  }
  return Buffer.concat(parts)
}
