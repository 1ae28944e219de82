// The channels of node:diagnostics_channel. They cost nothing while nobody subscribes.
import { type Channel, channel } from 'node:diagnostics_channel'

/**
 * The channels of this package. Publish only `if (channel.hasSubscribers)`, so that a payload is
 * only created for a subscriber. A payload never holds contents, fields or the text of a command:
 * those may be secrets.
 */
export interface Channels {
  /** `express-iclock:reply`: the replies of a body, once storage has them. */
  reply: Channel
  /** `express-iclock:poll`: a poll, and the commands it got. */
  poll: Channel
  /** `express-iclock:upload`: an upload, once storage has it. */
  upload: Channel
  /** `express-iclock:handshake`: a handshake that was answered. */
  handshake: Channel
  /** `express-iclock:clock`: a terminal's clock was seen to be wrong, as a `ClockEvent`. */
  clock: Channel
  /** `express-iclock:unknown`: a request below `/iclock/` that `terminalRouter` doesn't serve. */
  unknown: Channel
  /** `express-iclock:decision`: a terminal's question was decided and answered. */
  decision: Channel
  /** `express-iclock:file`: a part of an offered file was sent, as a `FileEvent`. */
  file: Channel
  /** `express-iclock:refusal`: a request that was refused, as a `RefusalEvent`. */
  refusal: Channel
}

/** The channels of this process. */
export const CHANNELS: Readonly<Channels> = {
  reply: channel('express-iclock:reply'),
  poll: channel('express-iclock:poll'),
  upload: channel('express-iclock:upload'),
  handshake: channel('express-iclock:handshake'),
  clock: channel('express-iclock:clock'),
  unknown: channel('express-iclock:unknown'),
  decision: channel('express-iclock:decision'),
  file: channel('express-iclock:file'),
  refusal: channel('express-iclock:refusal'),
}
