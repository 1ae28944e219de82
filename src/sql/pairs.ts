// How databases write a list of pairs.
import type { Database } from './step.js'

/** A list of pairs for `(one, other) IN …`. */
export function pairs(count: number, dialect: Database['dialect']): string {
  const list = Array(count).fill('(?, ?)').join(', ')
  return dialect === 'sqlite' ? `(VALUES ${list})` : `(${list})`
}
