// Bodies packed as tgz: a gzipped tar archive of text files. Pure.
import { gunzipSync } from 'node:zlib'

const BLOCK = 512
const SIZE_START = 124
const SIZE_END = 136
const TYPE = 156
const LINE_END = Buffer.from('\n')
const REGULAR = new Set([0, 0x30])

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
    if (REGULAR.has(header[TYPE] as number)) files.push(tar.subarray(start, start + size), LINE_END)
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
