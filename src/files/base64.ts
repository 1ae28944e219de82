// A file as base64, encoded while it is read.

/**
 * Makes a function that reads base64.
 *
 * @param read reads the file, from a byte whose number is a multiple of three
 * @param skipped how many characters at the beginning are left out
 * @param length how many characters there are then
 */
export function base64Of(
  read: () => Promise<Uint8Array | undefined>,
  skipped: number,
  length: number,
): () => Promise<Uint8Array | undefined> {
  let rest = Buffer.alloc(0)
  let toSkip = skipped
  let left = length
  let isOver = false
  return async () => {
    while (left > 0 && !isOver) {
      const piece = await read()
      isOver = piece === undefined
      const bytes = piece === undefined ? rest : Buffer.concat([rest, piece])
      const whole = isOver ? bytes.length : bytes.length - (bytes.length % 3)
      rest = bytes.subarray(whole)
      const text = Buffer.from(bytes.toString('base64', 0, whole), 'latin1')
      const own = text.subarray(toSkip, toSkip + left)
      toSkip -= Math.min(toSkip, text.length)
      left -= own.length
      if (own.length > 0) return own
    }
    return undefined
  }
}
