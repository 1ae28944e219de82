// Describes a conversation in short, readable lines.
import type { Exchange } from '../simulator.js'

/** Creates a function that describes an exchange; of several idle polls in a row only the first. */
export function narrator(): (exchange: Exchange) => string | undefined {
  let wasIdle = false
  return (exchange) => {
    const { kind, accepted, refusal, body } = exchange
    const isIdle = kind === 'poll' && accepted && body.toString().trim() === 'OK'
    const isRepeated = isIdle && wasIdle
    wasIdle = isIdle
    if (isRepeated || exchange.sent.length === 0) return refusal && `refused: ${refusal}`
    if (!accepted) return `refused: ${refusal}`
    if (isIdle) return 'no commands'
    const subject = kind === 'upload' ? `${tableOf(exchange)} ` : ''
    return `${subject}accepted${detailOf(exchange)}`
  }
}

const tableOf = ({ sent }: Exchange) => {
  const [line = ''] = sent.toString('latin1').split('\r\n', 1)
  return /[?&]tablename=(\w+)/.exec(line)?.[1] ?? /[?&]table=(\w+)/.exec(line)?.[1] ?? 'ATTLOG'
}

function detailOf({ kind, body }: Exchange): string {
  if (kind !== 'handshake' && kind !== 'push') return ''
  const options = body.toString().split(/\r?\n/)
  const text = options.filter((line) => line.includes('=')).join(', ')
  return text === '' ? '' : `: ${text.length > 160 ? `${text.slice(0, 160)}…` : text}`
}

/**
 * Text whose control and formatting characters are escaped, so that it cannot affect the screen.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\t') return '\\t'
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}
