// Asks a terminal once which templates it takes, if it never said so: door terminals that don't
// register send no options.
import { capabilitiesOf } from '../biometrics/capability.js'
import * as access from '../commands/access.js'
import * as attendance from '../commands/attendance.js'
import { issueOf } from './execute.js'
import type { RosterPerson } from './person.js'
import { keepTerminal, type ReadingStep } from './read-step.js'
import type { OptionsQuestion } from './reading.js'
import { pauseAfter, progressOf } from './settle.js'
import type { Snapshot } from './snapshot.js'

const NAMES = [
  ...['MultiBioDataSupport', 'MultiBioPhotoSupport', 'MultiBioVersion', 'MaxMultiBioDataCount'],
  ...['MultiBioDataCount', 'FPVersion', '~ZKFPVersion', 'FaceVersion', 'FvVersion', 'PvVersion'],
  ...['FingerFunOn', 'FaceFunOn', 'FvFunOn', 'PvFunOn', 'BioPhotoFun'],
]
const MOST_TRIES = 5

/** Asks, if somebody has templates or a photo and nothing says whether the terminal takes them. */
export async function askOptions(
  snapshot: Snapshot,
  step: ReadingStep,
  people: ReadonlyMap<string, RosterPerson>,
): Promise<void> {
  const { own, terminal, machine = '', looks } = snapshot
  const { types, takesPhotos } = capabilitiesOf(terminal)
  const isSaid = takesPhotos !== undefined || Object.values(types).some(({ takes }) => takes)
  if (isSaid || ![...people.values()].some(needsThem)) return
  const { asked } = own.content
  const isKnown = asked !== undefined && asked.machine === machine
  const next = isKnown ? askedNext(asked, looks, step.now.getTime()) : { machine, tries: 0 }
  if (next === undefined) return
  const [id = ''] = next.retryAt === undefined ? await step.newIds(1) : []
  const question = id === '' ? next : { ...next, ids: [id] }
  const isKept = await keepTerminal(snapshot, step, { ...own.content, asked: question })
  if (!isKept || id === '') return
  const { serialNumber, family, commands } = step
  const build = family === 'access' ? access.getOptions : attendance.getOptions
  await commands.issueAll([issueOf(serialNumber, '', build(NAMES), id)])
  const issued = { ...question, isIssued: true as const }
  await keepTerminal(snapshot, step, { ...snapshot.own.content, asked: issued })
}

/** The question as it is to be; without `retryAt` it is to be asked now. Undefined: nothing to do. */
function askedNext(
  asked: OptionsQuestion,
  looks: Snapshot['looks'],
  now: number,
): OptionsQuestion | undefined {
  const { machine, tries, retryAt, ids } = asked
  if (ids === undefined) {
    return retryAt !== undefined && now >= retryAt ? { machine, tries } : undefined
  }
  const progress = progressOf(asked, (id) => looks.get(id))
  if (progress.is === 'lost') return { machine, tries }
  // Whatever it replied, it replies again.
  const isSilent = progress.is === 'failed' && progress.look.state !== 'failed'
  if (!isSilent || tries >= MOST_TRIES) return undefined
  return { machine, tries: tries + 1, retryAt: now + pauseAfter(tries + 1) }
}

function needsThem({ templates, photo }: RosterPerson): boolean {
  return templates !== undefined || photo !== undefined
}
