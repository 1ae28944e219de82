// Bodies packed as tgz: a gzipped tar archive of text files. Pure.
import { gunzipSync } from 'node:zlib'

const BLOCK = 512
const SIZE_START = 124
const SIZE_END = 136
const TYPE = 156
const LINE_END = Buffer.from('\n')
const LONGEST_HEAD = 1024
const IS_TGZ = /(?:^|\s)datatype=tgz(?=\s|$)/i
const IS_BASE64 = /(?:^|\s)datacode=base64(?=\s|$)/i
// Type 7 is a file that was to be stored in one piece.
const FILES = ['\0', '0', '7'].map((type) => type.charCodeAt(0))
// The long names and times of other entries.
const ABOUT_OTHERS = ['L', 'K', 'x', 'g'].map((type) => type.charCodeAt(0))

/**
 * The header of a body that has an archive behind it and a NUL: lines such as `datatype=tgz` (PUSH
 * manual, "ACCOUNT", `datafmt=3`). Undefined if it has none.
 */
export function archiveHeadOf(body: Buffer): string | undefined {
  const headEnd = body.subarray(0, LONGEST_HEAD).indexOf(0)
  const head = body.toString('latin1', 0, Math.max(headEnd, 0))
  return IS_TGZ.test(head) ? head : undefined
}

/** The archive behind such a header, decoded if it is base64. */
export function archiveBehind(head: string, body: Buffer): Buffer {
  const content = body.subarray(head.length + 1)
  return IS_BASE64.test(head) ? Buffer.from(content.toString('latin1'), 'base64') : content
}

/**
 * The files of a packed body (PUSH manual, "ContentType=tgz"), one after the other.
 *
 * @param limit the most bytes it may have unpacked: bodies can be bombs
 * @returns undefined if the body isn't a whole archive, or is larger than `limit`
 */
export function unpack(body: Buffer, limit: number): Buffer | undefined {
  let tar: Buffer
  try {
    tar = gunzipSync(body, { maxOutputLength: limit })
  } catch {
    return undefined
  }
  const files: Buffer[] = []
  let at = 0
  while (at + BLOCK <= tar.length) {
    const header = tar.subarray(at, at + BLOCK)
    if (header[0] === 0) break
    const size = sizeOf(header)
    const start = at + BLOCK
    if (size === undefined || start + size > tar.length) return undefined
    const type = header[TYPE] as number
    if (FILES.includes(type)) files.push(tar.subarray(start, start + size), LINE_END)
    // The content of any other entry would be dropped.
    else if (size > 0 && !ABOUT_OTHERS.includes(type)) return undefined
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
  // Bytes after the end would be dropped.
  const rest = tar.subarray(at)
  const isWhole = rest.equals(Buffer.alloc(rest.length))
  return isWhole && files.length > 0 ? Buffer.concat(files) : undefined
}

function sizeOf(header: Buffer): number | undefined {
  const digits = header
    .toString('latin1', SIZE_START, SIZE_END)
    .replace(/[ \0]+$/, '')
    .trim()
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}
