// Lists of options, `Key=Value,Key=Value`, as uploads and registrations have them. Pure.

// `AuxOutCount:0` has one colon and no blank, and isn't the address of a page.
const COLON_PAIR = /^(~?[A-Za-z][\w-]{0,63}):(?!\/\/)([^ :]*)$/

/** Whether a piece between two commas is a pair, rather than part of the value before it. */
export function isListPair(piece: string): boolean {
  return pairOf(piece) !== undefined
}

/**
 * The pairs of a list, in its order. A piece that isn't a pair continues the value before it:
 * `~OEMVendor=ZKTeco Co., Ltd.` is one pair.
 */
export function listPairsOf(list: string): [key: string, value: string][] {
  const pairs: [string, string][] = []
  let last: [string, string] | undefined
  // Blank pieces count only if the value goes on after them.
  let gap = ''
  for (const piece of list.split(',')) {
    const pair = pairOf(piece)
    if (pair !== undefined) {
      pairs.push(pair)
      last = pair
      gap = ''
    } else if (piece.trim() === '') {
      gap += `,${piece}`
    } else if (last !== undefined) {
      last[1] += `${gap},${piece}`
      gap = ''
    }
  }
  return pairs
}

function pairOf(piece: string): [key: string, value: string] | undefined {
  const equals = piece.indexOf('=')
  if (equals !== -1) return [piece.slice(0, equals).trim(), piece.slice(equals + 1)]
  const [, name, value] = COLON_PAIR.exec(piece) ?? []
  return name === undefined || value === undefined ? undefined : [name, value]
}
