// What a command changes in a terminal: its clock, and the users that it uploads again.
import { instantOf, timeOfCode } from './clock.js'
import type { Session } from './session.js'

/** How much of a name a terminal keeps, in bytes. */
const NAME = 24

/** Lets a command that succeeded take effect. */
export function takeEffect({ identity, clock, echoes }: Session, text: string): void {
  const [, code] = /^SET OPTIONS? (?:.*,)?DateTime=(\d{1,10})(?:,|$)/.exec(text) ?? []
  if (code !== undefined) clock.set(instantOf(timeOfCode(Number(code)), clock.timeZone))
  const [, table = '', fields] = /^DATA UPDATE (USERINFO|user) (.*)$/s.exec(text) ?? []
  if (!identity.dialect.echoes || fields === undefined) return
  const kept = fields.replace(/(?<=^|\t)(Name)=([^\t]*)/, (_, key, name) => `${key}=${cut(name)}`)
  echoes.push(`${table === 'user' ? 'user' : 'USER'} ${kept}`)
}

/** The name without the characters that don't fit. */
function cut(name: string): string {
  let bytes = 0
  const characters = [...name]
  const end = characters.findIndex((character) => {
    bytes += Buffer.byteLength(character)
    return bytes > NAME
  })
  return end === -1 ? name : characters.slice(0, end).join('')
}
