// Templates that were enrolled at a terminal and didn't come: the terminal is asked for them. Pure.

import { LAST_OLD_FINGER, numberOf, TYPES } from '../biometrics/type.js'
import * as access from '../commands/access.js'
import type { BuiltCommand } from '../commands/built.js'
import type { Context, Decision } from './decision.js'
import { queryOf } from './empty.js'
import type { PersonRow } from './row.js'
import { failureOf, progressOf } from './settle.js'

const MINUTE = 60_000
const MOST_TRIES = 5
// Terminals that send templates by themselves do so within seconds.
const RECENT = 5 * MINUTE

/** The row of a PIN for which something was enrolled, if no template of it has come lately. */
export function withMissing(before: PersonRow, at: number): PersonRow | undefined {
  const { owner, removal, missing, toldAt = 0 } = before
  if (owner !== 'ours' || removal !== undefined || missing !== undefined) return undefined
  return at - toldAt < RECENT ? undefined : { ...before, missing: { since: at } }
}

/** The row with how far the question is. */
export function settledMissing(row: PersonRow, context: Context): PersonRow {
  const { missing, ...rest } = row
  if (missing?.ids === undefined) return row
  const { ids: _, isIssued: __, tries = 0, ...known } = missing
  const progress = progressOf(missing, context.look)
  switch (progress.is) {
    case 'lost':
      return { ...rest, missing: { ...known, tries } }
    case 'open':
    case 'unsent':
      return { ...rest, missing: { ...missing, isIssued: true } }
    case 'done':
      return rest
    default: {
      const isOver = failureOf(progress.look, 1, context).kind !== 'retry' || tries >= MOST_TRIES
      return isOver ? rest : { ...rest, missing: { since: context.now, tries: tries + 1 } }
    }
  }
}

/** The decision, and the question if it is due. */
export function askingForMissing(pin: string, decision: Decision, context: Context): Decision {
  const { missing } = decision.content
  if (missing === undefined || missing.ids !== undefined || decision.groups.length > 0) {
    return decision
  }
  const { since, tries = 0 } = missing
  if (context.now < since + MINUTE * 2 ** tries) return decision
  const commands = questionsFor(pin, context)
  if (commands.length > 0) return { ...decision, groups: [{ at: 'missing', commands }] }
  const { missing: _, ...content } = decision.content
  return { ...decision, content }
}

/** Asks for all that a person has on the terminal. */
function questionsFor(pin: string, { family, types: { types, takesPhotos } }: Context) {
  // It sends the templates as well.
  if (family === 'attendance') return [queryOf(pin, family)]
  const questions: BuiltCommand[] = []
  for (const type of TYPES) {
    const { takes, isUnified, majorVersion = 0 } = types[type]
    if (takes !== true) continue
    const isOld = type === 'finger' && (!isUnified || majorVersion <= LAST_OLD_FINGER)
    questions.push(
      isOld
        ? access.query({ table: 'templatev10', pin })
        : access.query({ table: 'biodata', pin, type: numberOf(type) }),
    )
  }
  if (takesPhotos) questions.push(access.query({ table: 'biophoto', pin }))
  return questions
}
