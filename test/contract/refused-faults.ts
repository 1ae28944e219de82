// Faults of adapters that store what `authorize` refused, each under the case that refuses it.
import type { Refusals, RefusedTerminal } from '../../src/terminal/refused.js'
import type { Fault } from './whole.js'

const telling =
  (change: (refusals: Refusals) => Refusals): Fault =>
  ({ adapter }) => {
    const { onRefused } = adapter
    adapter.onRefused = (refusals) => onRefused(change(refusals))
  }

const listing =
  (change: (rows: RefusedTerminal[]) => RefusedTerminal[]): Fault =>
  ({ adapter }) => {
    const { listRefused } = adapter
    adapter.listRefused = async () => change([...(await listRefused())])
  }

const swallowing =
  (call: 'onRefused' | 'listRefused' | 'forgetRefused', answer: unknown): Fault =>
  ({ adapter }) => {
    const right = adapter[call] as (...args: unknown[]) => Promise<unknown>
    adapter[call] = (async (...args: unknown[]) => {
      return right(...args).catch(() => answer)
    }) as never
  }

/** A bound that is another. */
const bounded =
  (isTaken: (known: readonly RefusedTerminal[], refusals: Refusals) => boolean): Fault =>
  ({ adapter, storage }) => {
    const { onRefused } = adapter
    adapter.onRefused = async (refusals) => {
      if (isTaken(storage.memory.listRefused() as RefusedTerminal[], refusals)) {
        await onRefused(refusals)
      }
    }
  }

export const REFUSED_FAULTS: Record<string, Record<string, Fault>> = {
  'Refused serial numbers are listed with their address, model, times and how often, the last first':
    {
      'forgets the model': telling(({ model: _, ...refusals }) => refusals),
      'keeps one address of each': telling((refusals) => ({ ...refusals, address: '' })),
      'folds letters': telling(({ serialNumber, ...refusals }) => {
        return { ...refusals, serialNumber: serialNumber.toUpperCase() }
      }),
      'counts calls': telling((refusals) => ({ ...refusals, times: 1 })),
      'counts in 32 bits': listing((rows) => rows.map((row) => ({ ...row, times: row.times | 0 }))),
      'lists the first first': listing((rows) => rows.reverse()),
      'takes the last call for the latest': ({ adapter }) => {
        const { listRefused } = adapter
        adapter.listRefused = async () => {
          return (await listRefused()).map((row) => ({ ...row, lastAt: row.firstAt }))
        }
      },
    },
  'At most 20 refused serial numbers of an address are stored, and 1,000 in all': {
    'takes 19 of an address': bounded((known, { address }) => {
      return known.filter((one) => one.address === address).length < 19
    }),
    'takes 999 in all': bounded((known) => known.length < 999),
    'takes nothing once it is full': bounded((known) => known.length < 1000),
    'lists 100': listing((rows) => rows.slice(0, 100)),
  },
  'Refused serial numbers are forgotten by name, and by when they were last refused': {
    'forgets nothing': ({ adapter }) => {
      adapter.forgetRefused = async () => 0
    },
    'does not say how many': ({ adapter }) => {
      const { forgetRefused } = adapter
      adapter.forgetRefused = async (filter) => {
        await forgetRefused(filter)
        return 1
      }
    },
    'forgets the moment itself': ({ adapter }) => {
      const { forgetRefused } = adapter
      adapter.forgetRefused = async (filter) => {
        return forgetRefused(
          'before' in filter ? { before: new Date(filter.before.getTime() + 1) } : filter,
        )
      }
    },
  },
  'Every call on refused serial numbers rejects while storage is unreachable': {
    'swallows errors of onRefused': swallowing('onRefused', undefined),
    'swallows errors of listRefused': swallowing('listRefused', []),
    'swallows errors of forgetRefused': swallowing('forgetRefused', 0),
  },
}
