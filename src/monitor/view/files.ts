// The view of files that were offered to terminals, and how far each has come.
import { type OfferState, stateOfOffer } from '../../files/offer.js'
import type { FileOffer } from '../../files/storage.js'
import { cut } from '../bytes.js'
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf, type Source } from '../page.js'
import { type Choices, terminalIn } from './choice.js'
import { type TerminalRow, terminalBook } from './terminal-row.js'

/** An offer. Moments are milliseconds. */
export interface OfferRow
  extends Pick<FileOffer, 'serialNumber' | 'name' | 'size' | 'served' | 'once'> {
  /** `waiting` until the terminal fetches its first byte. */
  state: OfferState | 'waiting'
  platform?: string
  offeredAt: number
  expiresAt: number
  servedAt?: number
}

/** The newest offers. */
export interface FilesView {
  /** Missing if storage has no offers. */
  list?: Page<OfferRow>
  /** The terminals that they are for. */
  terminals: TerminalRow[]
  /** Terminals that the words may mean, if they mean several. */
  choices?: Choices
}

const LONGEST = 100

/** Reads the view from storage. `sn` of the query names a terminal, and `q` words of one. */
export async function filesView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<FilesView> {
  const { adapter } = settings
  if (adapter.listOffers === undefined) return { terminals: [] }
  const terminal = await terminalIn(settings, query, now)
  if ('choices' in terminal) {
    const list = { rows: [], isLater: false }
    return { list, terminals: [], choices: terminal.choices }
  }
  const source: Source<OfferRow> = async (asked) => {
    const { rows, ...rest } = (await adapter.listOffers?.({ ...terminal, ...asked })) ?? NOTHING
    return { ...rest, rows: rows.map((offer) => offerRow(offer, now)) }
  }
  const list = await pageOf(query, [source])
  const serialNumbers = list.rows.map((row) => row.serialNumber)
  const terminals = await terminalBook(settings, now)(serialNumbers)
  return { list, terminals: [...terminals.values()] }
}

const NOTHING = { rows: [] }

// Its token stays here: whoever knows it can fetch the file.
function offerRow(offer: FileOffer, now: Date): OfferRow {
  const { serialNumber, name, size, served, once, platform, servedAt } = offer
  const state = stateOfOffer(offer, now)
  return {
    ...{ serialNumber, name, size, served, once },
    state: state === 'open' && served === 0 ? 'waiting' : state,
    ...(platform !== undefined && { platform: cut(platform, LONGEST) }),
    offeredAt: offer.offeredAt.getTime(),
    expiresAt: offer.expiresAt.getTime(),
    ...(servedAt && { servedAt: servedAt.getTime() }),
  }
}
