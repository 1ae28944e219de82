// What a command changes in a terminal: its clock, and the users that it uploads again though it
// keeps nobody.
import { instantOf, timeOfCode } from './clock.js'
import { cutName } from './people/person.js'
import type { Session } from './session.js'

/** How much of a name a terminal keeps, in bytes. */
const NAME = 24

/** Lets a command that succeeded take effect. */
export function takeEffect({ identity, clock, people, echoes }: Session, text: string): void {
  const [, code] = /^SET OPTIONS? (?:.*,)?DateTime=(\d{1,10})(?:,|$)/.exec(text) ?? []
  if (code !== undefined) clock.set(instantOf(timeOfCode(Number(code)), clock.timeZone))
  const [, table = '', fields] = /^DATA UPDATE (USERINFO|user) (.*)$/s.exec(text) ?? []
  if (!identity.dialect.echoes || people || fields === undefined) return
  const kept = fields.replace(
    /(?<=^|\t)(Name)=([^\t]*)/,
    (_, key, name) => `${key}=${cutName(name, NAME)}`,
  )
  echoes.push(`${table === 'user' ? 'user' : 'USER'} ${kept}`)
}
