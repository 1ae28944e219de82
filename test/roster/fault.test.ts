// The model finds each of these faults. It takes a while: it runs with the long tests.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Context, Decision } from '../../src/roster/decision.js'
import type { Executing, Written } from '../../src/roster/execute.js'
import type { Facet } from '../../src/roster/row.js'
import type { RosterOptions, RosterWrite } from '../../src/roster.js'

const MOST = Number(process.env.ROSTER_HISTORIES ?? 3000)

interface Fault {
  name: string
  /** What is broken: a module, and what replaces some of its exports. */
  module?: string
  replace?(actual: Record<string, (...all: never[]) => unknown>): Record<string, unknown>
  options?: Partial<RosterOptions>
  finds: RegExp
}

const FAULTS: readonly Fault[] = [
  {
    name: 'A command that its row does not name is sent all the same',
    module: '../../src/queue/fence.js',
    replace: () => ({ closeUnnamed: async () => false }),
    finds: /mixed|never/,
  },
  {
    name: 'Somebody is put over a stranger on the first day',
    options: { adopt: () => true },
    finds: /mixed/,
  },
  {
    name: 'Our own count of rows proves a reading',
    module: '../../src/roster/reading.js',
    replace: ({ verdictOf }) => ({
      verdictOf: (...all: never[]) => {
        const verdict = verdictOf?.(...all) as { is: string }
        return verdict.is === 'failed' ? { is: 'complete', users: all[1] } : verdict
      },
    }),
    finds: /mixed|never/,
  },
  {
    name: 'A PIN is used again before its deletion is proved',
    module: '../../src/roster/removal.js',
    replace: () => ({ afterRemoval: () => ({ facets: {}, isFree: true }) }),
    finds: /mixed|never/,
  },
  {
    name: 'An app that yields nobody has everybody deleted',
    module: '../../src/roster/deletion.js',
    replace: ({ remove }) => ({
      remove: (work: object, ...rest: never[]) => {
        const people = new Map([['none', {}]])
        return remove?.({ ...work, people } as never, ...rest)
      },
    }),
    finds: /always wanted/,
  },
  {
    name: 'A name that the terminal has cut is another name',
    module: '../../src/roster/digest.js',
    replace: () => ({ isNameOf: (held: string, sent: string) => held === sent }),
    finds: /never/,
  },
  {
    name: 'Deletes are not counted',
    module: '../../src/roster/guard.js',
    replace: () => ({ checkDeletes: async () => {} }),
    finds: /more deleted/,
  },
  {
    name: 'Strangers are deleted',
    options: { owns: () => true },
    finds: /a stranger was deleted/,
  },
  {
    name: 'A command that was never issued is not issued anew',
    module: '../../src/roster/settle.js',
    replace: ({ settledFacet }) => ({
      settledFacet: (facet: Facet, settling: never) => {
        const settled = settledFacet?.(facet as never, settling) as Facet | undefined
        // As if the terminal had executed it.
        if (settled?.failure?.meaning === 'not sent') return undefined
        const isLost = settled?.digest === 'lost' && facet.digest !== 'lost'
        return isLost ? { digest: facet.digest } : settled
      },
    }),
    finds: /never|mixed/,
  },
  {
    name: 'A command is issued before its row names it',
    module: '../../src/roster/execute.js',
    replace: ({ writeDecisions }) => ({
      // It can't be fenced then.
      writeDecisions: async (all: never, executing: Executing) => {
        const { adapter, commands } = executing
        const drafts: RosterWrite[] = []
        const writeRoster = async (writes: readonly RosterWrite[]) => {
          drafts.push(...writes)
          return writes.map(() => true)
        }
        const intended = { ...executing, adapter: { ...adapter, writeRoster } }
        const written = (await writeDecisions?.(all, intended as never)) as Written[]
        const issues = written.flatMap((one) => one.issues)
        const unfenced = issues.map(({ command: { fence: _, ...command }, ...one }) => {
          return { ...one, command }
        })
        if (unfenced.length > 0) await commands.issueAll(unfenced)
        const isWritten = drafts.length === 0 ? [] : await adapter.writeRoster(drafts)
        return written.filter((_, index) => isWritten[index])
      },
    }),
    finds: /mixed/,
  },
  {
    name: 'A template is sent before its user',
    module: '../../src/roster/put.js',
    replace: ({ put }) => ({
      put: (...all: never[]) => {
        const decision = put?.(...all) as Decision
        return { ...decision, groups: [...decision.groups].reverse() }
      },
    }),
    finds: /never/,
  },
  {
    name: 'People of an older system are deleted after a partial reading',
    module: '../../src/roster/decide.js',
    replace: ({ decide }) => ({
      decide: (pin: never, known: never, wish: never, context: Context) => {
        const isRead = wish === undefined ? 'all' : context.isRead
        return decide?.(pin, known, wish, { ...context, isRead } as never)
      },
    }),
    finds: /before everybody was shown/,
  },
]

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterAll(() => {
  vi.useRealTimers()
})

it.for(FAULTS)(
  '$name: found',
  { timeout: 600_000 },
  async ({ module, replace, options, finds }) => {
    vi.resetModules()
    if (module !== undefined) {
      vi.doMock(module, async (original) => {
        const actual = (await original()) as Record<string, (...all: never[]) => unknown>
        return { ...actual, ...replace?.(actual) }
      })
    }
    const { play } = await import('./model/history.js')
    let found: string[] = []
    for (let seed = 1; seed <= MOST && found.length === 0; seed++) {
      found = (await play(seed, options)).filter((one) => finds.test(one))
    }
    if (module !== undefined) vi.doUnmock(module)
    expect(found, `nothing in ${MOST} histories`).not.toEqual([])
  },
)
