// Shows the bytes of an exchange as lines that hide nothing and cannot affect the screen.
import type { Exchange } from '../simulator.js'

/** What was sent, what was received, and the time that the terminal set its clock to. */
export function transcriptOf({ sent, received, accepted, clock }: Exchange): string {
  const time = accepted && clock ? `the terminal sets its clock to ${clock.toISOString()}\n` : ''
  return `${linesOf('> ', sent)}${linesOf('< ', received)}${time}`
}

function linesOf(prefix: string, bytes: Buffer): string {
  const lines = bytes.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? []
  return lines.map((line) => `${prefix}${visible(line)}\n`).join('')
}

const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

/** Latin-1 text with everything outside printable ASCII escaped. */
export function visible(text: string): string {
  return text.replace(/[^ -[\]-~]/g, (byte) => {
    return ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}
