// A terminal's options as an upload. Pure.
import { isListPair, listPairsOf } from '../list.js'
import { COMMA, type Octets } from '../octets.js'
import { newFields } from './fields.js'
import { Lines } from './lines.js'
import { MOST_PAIRS } from './pairs.js'
import type { ParsedUpload, UploadRecord } from './upload.js'

/**
 * Reads `Key=Value,Key=Value` (PUSH manual, "Upload options"), also a line each. A piece that isn't
 * a pair belongs to the value before it: `~OEMVendor=ZKTeco Co., Ltd.` is one pair.
 */
export function parseOptions(octets: Octets, type: string): ParsedUpload {
  const { body } = octets
  const lines = new Lines(octets)
  const records: UploadRecord[] = []
  const unparsed: Buffer[] = []
  while (lines.next()) {
    const { start, end } = lines
    const pairsStart = firstPairOf(octets, start, end)
    if (pairsStart === end || octets.count(COMMA, start, end) >= MOST_PAIRS) {
      unparsed.push(lines.raw())
      continue
    }
    // What comes before the first pair belongs to no value.
    const rawStart = pairsStart === start ? start : pairsStart - 1
    if (rawStart > start) unparsed.push(body.subarray(start, rawStart))
    const fields = newFields()
    for (const [key, value] of listPairsOf(octets.textOf(pairsStart, end))) {
      if (key !== '' && !(key in fields)) fields[key] = value
    }
    records.push({ kind: 'fields', type, fields, raw: body.subarray(rawStart, end) })
  }
  return { records, unparsed }
}

function firstPairOf(octets: Octets, start: number, end: number): number {
  let at = start
  while (at < end) {
    const pieceEnd = octets.find(COMMA, at, end)
    if (isListPair(octets.textOf(at, pieceEnd))) return at
    at = pieceEnd + 1
  }
  return end
}
