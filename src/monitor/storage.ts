// The calls of storage that the page reads from. Types only.
import type { IssuedCommand } from '../command.js'
import type { OfferStorage } from '../files/storage.js'
import type { CommandStorage } from '../queue/storage.js'
import type { ReplyStorage } from '../reply/storage.js'
import type { RefusedStorage } from '../terminal/refused.js'
import type { TerminalStorage } from '../terminal/storage.js'
import type { UploadStorage } from '../upload/storage.js'

/**
 * What the page reads. Every adapter of this package has all of it.
 * If an adapter lacks an optional call, the page says so where its rows would be.
 */
export type MonitorStorage<Issued extends IssuedCommand = IssuedCommand> = Pick<
  TerminalStorage,
  'findTerminal'
> &
  Required<Pick<TerminalStorage, 'listTerminals'>> &
  Pick<CommandStorage<Issued>, 'findRecord'> &
  Required<Pick<CommandStorage<Issued>, 'findBeginning' | 'listCommands' | 'countCommands'>> &
  Pick<ReplyStorage<Issued>, 'listReplies' | 'listUnparsed'> &
  Pick<UploadStorage, 'listAttendance' | 'countAttendance' | 'listUploads'> &
  Partial<Pick<OfferStorage, 'listOffers'>> &
  Partial<Pick<RefusedStorage, 'listRefused' | 'forgetRefused'>>
