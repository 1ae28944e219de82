// Measures what waits in storage, and how many terminals are online.
import { diag, type Meter } from '@opentelemetry/api'
import type { CommandStorage } from '../queue/storage.js'
import type { TerminalStorage } from '../terminal/storage.js'
import { kindOf } from './scope.js'

type Stock = Partial<Pick<CommandStorage, 'countCommands'> & Pick<TerminalStorage, 'listTerminals'>>

const OPEN = ['waiting', 'sent'] as const
const MOST_COUNTED = 1001
const PAGE = 1000
const MOST_PAGES = 10

/** Looks at storage whenever metrics are collected. */
export function measureStock(
  storage: Stock,
  meter: Meter,
  silentAfter: number,
  signal: AbortSignal | undefined,
): void {
  const observe = (
    name: string,
    about: { unit: string; description: string },
    look: (show: (value: number, attributes?: Record<string, string>) => void) => Promise<void>,
  ) => {
    const gauge = meter.createObservableGauge(name, about)
    const callback: Parameters<typeof gauge.addCallback>[0] = async (result) => {
      try {
        await look((value, attributes) => result.observe(value, attributes))
      } catch (error) {
        diag.warn(`express-iclock: ${name} wasn't measured: ${kindOf(error)}`)
      }
    }
    gauge.addCallback(callback)
    signal?.addEventListener('abort', () => gauge.removeCallback(callback), { once: true })
  }

  if (storage.countCommands !== undefined) {
    const about = { unit: '{command}', description: 'Open commands in storage, 1001 at most' }
    observe('iclock.commands.open', about, async (show) => {
      const counts = await storage.countCommands?.({ state: OPEN }, new Date())
      for (const state of OPEN) {
        const count = counts?.[state] ?? 0
        show(count === '1000+' ? MOST_COUNTED : count, { 'iclock.state': state })
      }
    })
  }
  if (storage.listTerminals !== undefined) {
    const about = { unit: '{terminal}', description: 'Terminals that called lately, 10000 at most' }
    observe('iclock.terminals.online', about, async (show) => {
      show(await onlineIn(storage, silentAfter))
    })
  }
}

async function onlineIn(storage: Stock, silentAfter: number): Promise<number> {
  const since = new Date(Date.now() - silentAfter)
  let count = 0
  let after: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const filter = { since, limit: PAGE, ...(after !== undefined && { after }) }
    const found = await storage.listTerminals?.(filter)
    count += found?.rows.length ?? 0
    after = found?.next
    if (after === undefined) break
  }
  return count
}
