// Plays histories over a database, all in the same tables.
import { expect } from 'vitest'
import type { ModelAdapter } from './gate.js'
import { play } from './history.js'

/** How many histories to play: `ROSTER_HISTORIES` asks for more. */
export const HISTORIES = Number(process.env.ROSTER_HISTORIES ?? process.env.MODEL_RUNS ?? 10)
/** How many to play on a database server. */
export const FEW = Number(process.env.ROSTER_HISTORIES ?? 2)
/** The first seed. */
export const FIRST = Number(process.env.ROSTER_SEED ?? 1)

/** Plays some histories. */
export async function playOn(storage: ModelAdapter, count: number): Promise<void> {
  for (let seed = FIRST; seed < FIRST + count; seed++) {
    const broken = await play(seed, {}, storage, `S${seed}`)
    expect(broken, `seed ${seed}`).toEqual([])
  }
}
