// What lists of commands find them by: a person, a key, the app's own members. One index has all.
import { createHash } from 'node:crypto'
import { personIn } from '../queue/person.js'

/** The tag of a person. */
export function personTag(pin: string): string {
  return `pin:${pin}`
}

/** The tag of the person whom a reply names, if nobody issued its command. */
export function strayTag(pin: string): string {
  return `stray:${pin}`
}

/** The tag of a key. */
export function keyTag(key: string): string {
  return `key:${key}`
}

/** The tag of a member with a value; undefined if commands are not found by such a value. */
export function memberTag(name: string, value: unknown): string | undefined {
  const isPlain = value === null || ['string', 'boolean', 'number'].includes(typeof value)
  if (!isPlain) return undefined
  const pair = JSON.stringify([name, value])
  if (pair.length <= LONGEST) return `member:${pair}`
  return `member#${createHash('sha256').update(pair).digest('base64url')}`
}

const LONGEST = 200

/** Every tag of a command. */
export function tagsOf(text: string, key: string | undefined, members: object): string[] {
  const pin = personIn(text)
  return [
    ...(pin === undefined ? [] : [personTag(pin)]),
    ...(key === undefined ? [] : [keyTag(key)]),
    ...Object.entries(members).flatMap(([name, value]) => memberTag(name, value) ?? []),
  ]
}
