// Names of an app's own members, as every server takes them: MongoDB gives dots and dollars a
// meaning, and some servers refuse them.

const NOT_IN_NAME = /[.$%\0]/g
const ENCODED = /%[0-9a-f]{2}/g

/** A name without dots and dollars. */
export function encodedName(name: string): string {
  return name.replace(NOT_IN_NAME, (unit) => {
    return `%${unit.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

/** The name of which `encodedName` made this one. */
export function decodedName(name: string): string {
  return name.replace(ENCODED, decodeURIComponent)
}

/** Members with encoded names, also within members; other values stay as they are. */
export function encodedMembers(members: object): object {
  return renamed(members, encodedName) as object
}

/** The members of which `encodedMembers` made these. */
export function decodedMembers(members: object): object {
  return renamed(members, decodedName) as object
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename))
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [rename(name), renamed(each, rename)]),
  )
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
