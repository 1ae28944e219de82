// The part of a file that a request asks for (RFC 9110, "Range"), as it is and as base64. Pure.

/** A part by its first and its last byte. */
export interface Part {
  first: number
  last: number
}

// Several ranges are answered by the whole file, as everything that is no range.
const RANGE = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/i

/**
 * The part that `Range` asks for; undefined if it asks for all or for nothing that is known, and
 * `beyond` if there is no such part.
 */
export function partIn(range: string | undefined, length: number): Part | 'beyond' | undefined {
  const [found, from = '', to = '', end = ''] = RANGE.exec(range?.trim() ?? '') ?? []
  if (found === undefined) return undefined
  if (end !== '') {
    const first = Math.max(0, length - Number(end))
    return Number(end) === 0 ? 'beyond' : { first, last: length - 1 }
  }
  const [first, last] = [Number(from), to === '' ? length - 1 : Number(to)]
  if (last < first && to !== '') return undefined
  return first >= length ? 'beyond' : { first, last: Math.min(last, length - 1) }
}

/** How long a file is as base64. */
export function base64Length(size: number): number {
  return Math.ceil(size / 3) * 4
}

/** The part of a file that holds a part of its base64. */
export function base64Part({ first, last }: Part, size: number): Part {
  const end = (Math.floor(last / 4) + 1) * 3 - 1
  return { first: Math.floor(first / 4) * 3, last: Math.min(end, size - 1) }
}
