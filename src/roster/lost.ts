// Templates that a terminal has lost: it says that it has fewer than before, and than it should have.
import type { BiometricType } from '../biometrics/type.js'
import { writeAll } from './execute.js'
import { keepTerminal, type ReadingStep } from './read-step.js'
import { SURE, type TemplateCount, type TerminalRow } from './reading.js'
import type { PersonRow, PersonState } from './row.js'
import { LOST } from './settle.js'
import type { Snapshot } from './snapshot.js'
import { decode, idsIn, personWrite } from './write.js'

const COUNTED = ['fingers', 'faces'] as const
type Counted = (typeof COUNTED)[number]

const FINGER: BiometricType = 'finger'
// A terminal makes a face of a photo.
const FACES: ReadonlySet<string> = new Set<BiometricType | 'photo'>([
  'face',
  'infraredFace',
  'photo',
])

/** Notes how many templates there are; those of a type of which some were lost are to be put again. */
export async function findLost(snapshot: Snapshot, step: ReadingStep): Promise<void> {
  const { own, rows, terminal } = snapshot
  for (const { content } of rows.values()) if (idsIn(content).length > 0) return
  const templates: TerminalRow['templates'] = { ...own.content.templates }
  for (const counted of COUNTED) {
    const told = terminal[counted]
    if (told === undefined) continue
    const next = countedNext(templates[counted], expectedOf(rows, counted), told, step.now)
    if (next !== 'lost') templates[counted] = next
    else {
      delete templates[counted]
      await putAgain(snapshot, step, counted)
    }
  }
  if (isSame(templates, own.content.templates)) return
  await keepTerminal(snapshot, step, { ...own.content, templates })
}

/** What to remember of a count. Terminals may count otherwise: only a fall says something. */
export function countedNext(
  before: TemplateCount | undefined,
  expected: number,
  told: number,
  now: Date,
): TemplateCount | 'lost' {
  if (before === undefined || before.expected !== expected) return { expected, told }
  if (told >= before.told || told >= expected) return { expected, told }
  const { lowSince = now.getTime() } = before
  return now.getTime() - lowSince >= SURE ? 'lost' : { ...before, lowSince }
}

function expectedOf(rows: Snapshot['rows'], counted: Counted): number {
  let count = 0
  for (const { content } of rows.values()) count += slotsOf(content, counted).length
  return count
}

/** The slots of a person that should be on the terminal. */
function slotsOf({ facets }: PersonRow, counted: Counted): string[] {
  return Object.entries(facets).flatMap(([name, { digest, failure }]) => {
    const [type = ''] = name.split(' ')
    const isCounted = counted === 'fingers' ? type === FINGER : FACES.has(type)
    return isCounted && digest !== '' && digest !== LOST && failure === undefined ? [name] : []
  })
}

async function putAgain(
  { rows }: Snapshot,
  { serialNumber, adapter, now }: ReadingStep,
  counted: Counted,
): Promise<void> {
  const writes = [...rows].flatMap(([pin, { row, content }]) => {
    const slots = slotsOf(content, counted)
    if (slots.length === 0) return []
    const facets = { ...content.facets }
    for (const slot of slots) {
      const facet = facets[slot]
      if (facet !== undefined) facets[slot] = { ...facet, digest: LOST }
    }
    const state = row.state as PersonState
    return [personWrite({ serialNumber, pin }, row, { ...content, facets }, state, now)]
  })
  const written = await writeAll(writes, adapter)
  for (const [index, { row }] of writes.entries()) {
    if (written[index] === true) rows.set(row.pin, decode(row))
    else rows.delete(row.pin)
  }
}

function isSame(one: TerminalRow['templates'], other: TerminalRow['templates'] = {}): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
