// A terminal's start-up: the facts to store, and the settings to send.
import { describe, quoted } from '../check.js'
import { ok } from '../endpoint/answer.js'
import type { Awaitable, Deadline } from '../endpoint/deadline.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { Exchange } from '../endpoint/endpoint.js'
import { IclockError } from '../endpoint/errors.js'
import type { TerminalRequest } from '../endpoint/request.js'
import type { OffsetOf } from '../endpoint/time-zone.js'
import type { Family } from '../reply/outcome.js'
import type { ContactBook } from '../terminal/contact.js'
import {
  contactOf,
  LOOKS_LIKE_ACCESS,
  optionFacts,
  pairsOf,
  plain,
  statedFamily,
} from '../terminal/facts.js'
import {
  type Contact,
  isAsSure,
  type Terminal,
  type TerminalFacts,
  type TerminalStorage,
} from '../terminal/storage.js'
import {
  accessBlock,
  clockAnswer,
  configurationBlock,
  optionBlock,
  timeAnswer,
  versionOf,
} from './handshake.js'
import type { HandshakeSettings } from './options.js'
import { registrationOf } from './registration.js'
import { looksLikeAccess } from './request.js'

/** The storage behind the handshake. */
export interface HandshakeStorage extends Pick<TerminalStorage, 'onContact' | 'findTerminal'> {
  /**
   * As in `CommandStorage`. Without it, commands that were sent and not answered wait until their
   * reply is due.
   */
  release?(serialNumber: string, at: Date): Awaitable<void>
}

/** A handshake, as published on the channel `express-iclock:handshake` when it is answered. */
export interface HandshakeEvent {
  serialNumber: string
  /** The family that the answer was for; undefined if not known yet. */
  family: Family | undefined
  /** `pushver`: undefined on the oldest terminals, or if it is malformed. */
  pushVersion: string | undefined
}

/** The checked options that these endpoints need. */
export interface ArrivalSettings {
  adapter: HandshakeStorage
  contacts: ContactBook
  secret: string | undefined
  offsetOf: OffsetOf
  /** The settings to send to this terminal. */
  settingsFor(terminal: Terminal): Awaitable<HandshakeSettings>
}

const HANDSHAKE = 'option "handshake"'
// The body of `registry` has about 2 kB.
const MOST_OPTION_BYTES = 64 * 1024

/**
 * `GET cdata`: the handshake (PUSH manuals, "Initialize information"). Some terminals post it, with
 * their options.
 */
export function handshakeExchange(settings: ArrivalSettings): Exchange {
  const { adapter, contacts, secret } = settings
  return async (serialNumber, request, deadline) => {
    const { target } = request
    const known = await find(adapter, serialNumber, deadline)
    const posted = request.method === 'POST' ? await postedFacts(request) : {}
    const stated = statedFamily(target.value('devicetype'))
    const pushver = plain(target.value('pushver'))
    const pushVersion = versionOf(pushver) === undefined ? undefined : pushver
    const family = stated?.family ?? posted.family ?? known?.family
    const mustRegister = family === undefined && looksLikeAccess(request, pushVersion)
    const contact = contactOf(serialNumber, request, 'handshake', {
      ...posted,
      ...stated,
      ...(pushVersion !== undefined && { pushVersion }),
    })
    const utcOffset = await settings.offsetOf(serialNumber, contact.at, deadline)
    if (family !== 'access' && !mustRegister) {
      contact.utcOffset = utcOffset
      Object.assign(contact, answeredResend(known))
    }
    const options = await deadline.wait(settings.settingsFor(terminalOf(known, contact)), HANDSHAKE)

    // The contact and the commands due again have to be in storage before the answer. If that
    // fails, the terminal asks again and keeps its data.
    await deadline.wait(contacts.write(contact))
    if (target.has('options')) await deadline.wait(adapter.release?.(serialNumber, contact.at))
    if (CHANNELS.handshake.hasSubscribers) {
      const event: HandshakeEvent = { serialNumber, family, pushVersion }
      CHANNELS.handshake.publish(event)
    }
    // It registers next, which shows what it is.
    if (mustRegister) return ok('OK')
    const caller = { serialNumber, pushVersion, stamps: stampsFor(known), utcOffset }
    return ok(
      family === 'access'
        ? accessBlock(caller, options, registrationOf(serialNumber, secret))
        : optionBlock(caller, options),
    )
  }
}

/** `POST registry`, or GET: an access terminal introduces itself (access manual, "Registration"). */
export function registryExchange({ contacts, secret }: ArrivalSettings): Exchange {
  return async (serialNumber, request, deadline) => {
    const facts = await postedFacts(request)
    const contact = contactOf(serialNumber, request, 'handshake', {
      ...LOOKS_LIKE_ACCESS,
      ...facts,
    })
    await deadline.wait(contacts.write(contact))
    return ok(`RegistryCode=${registrationOf(serialNumber, secret).registryCode}`)
  }
}

/**
 * `POST push`: a registered access terminal asks for its configuration (access manual, "Download
 * configuration").
 */
export function configurationExchange(settings: ArrivalSettings): Exchange {
  const { adapter, contacts, secret } = settings
  return async (serialNumber, request, deadline) => {
    const known = await find(adapter, serialNumber, deadline)
    const contact = contactOf(serialNumber, request, 'handshake', LOOKS_LIKE_ACCESS)
    const options = await deadline.wait(settings.settingsFor(terminalOf(known, contact)), HANDSHAKE)
    await deadline.wait(contacts.write(contact))
    const registration = registrationOf(serialNumber, secret)
    return ok(configurationBlock({ pushVersion: known?.pushVersion }, options, registration))
  }
}

/**
 * `GET rtdata?type=time`: an access terminal sets its clock (access manual, "Synchronize the
 * time").
 */
export function timeExchange({ contacts, offsetOf }: ArrivalSettings): Exchange {
  return async (serialNumber, request, deadline) => {
    // Time clocks ask it as well.
    const contact = contactOf(serialNumber, request, 'handshake')
    const utcOffset = await offsetOf(serialNumber, contact.at, deadline)
    contacts.writeIfDue({ ...contact, utcOffset })
    return ok(timeAnswer(contact.at, utcOffset))
  }
}

/** `GET cdata?type=time`: a terminal sets its clock (PUSH SDK 3.2.0). */
export function clockExchange({ contacts, offsetOf }: ArrivalSettings): Exchange {
  return async (serialNumber, request, deadline) => {
    const contact = contactOf(serialNumber, request, 'ping')
    const utcOffset = await offsetOf(serialNumber, contact.at, deadline)
    contacts.writeIfDue(contact)
    return ok(clockAnswer(contact.at, utcOffset))
  }
}

/** `exchange`: a terminal wants to encrypt. */
export function encryptionExchange({ adapter }: ArrivalSettings): Exchange {
  return async (serialNumber, { target }, deadline) => {
    const known = await find(adapter, serialNumber, deadline)
    const pushVersion = plain(target.value('pushver')) ?? known?.pushVersion
    const error = new IclockError(
      'ENCRYPTION_UNSUPPORTED',
      `Terminal ${quoted(serialNumber)} wants to exchange keys for encryption, which is not supported. Turn encrypted ` +
        'communication off where the address of the server is set on the terminal, usually under Comm. > Cloud Server Setting, ' +
        'and use HTTPS instead.',
    )
    throw pushVersion === undefined ? error : Object.assign(error, { pushVersion })
  }
}

function answeredResend({ resend }: Partial<Terminal> = {}): Pick<Contact, 'resend'> {
  const tables = Object.keys(resend ?? {})
  if (tables.length === 0) return {}
  return { resend: Object.fromEntries(tables.map((table) => [table, 'answered' as const])) }
}

function stampsFor({ stamps = {}, resend = {} }: Partial<Terminal> = {}): Record<string, string> {
  const kept = Object.entries(stamps).filter(([table]) => !Object.hasOwn(resend, table))
  return Object.fromEntries(kept)
}

async function postedFacts(request: TerminalRequest): Promise<TerminalFacts> {
  const body = await request.body(MOST_OPTION_BYTES)
  return optionFacts(pairsOf(body.toString()))
}

// The stamps of another terminal could make this one skip records.
async function find(
  adapter: HandshakeStorage,
  serialNumber: string,
  deadline: Deadline,
): Promise<Terminal | undefined> {
  const found = (await deadline.wait(adapter.findTerminal(serialNumber))) ?? undefined
  if (found === undefined || found.serialNumber === serialNumber) return found
  throw new IclockError(
    'TERMINAL_MISMATCH',
    `The adapter was asked for terminal ${quoted(serialNumber)} and found { serialNumber: ` +
      `${describe(found.serialNumber)} }: it must compare serial numbers as text, exactly, and find nothing if there is none.`,
  )
}

function terminalOf(known: Terminal | undefined, contact: Contact): Terminal {
  const { at, kind: _, family, familyRank, options, ...facts } = contact
  const terminal = { firstSeenAt: at, ...known, ...facts, lastSeenAt: at }
  if (options !== undefined) terminal.options = { ...known?.options, ...options }
  if (family === undefined || !isAsSure(familyRank, known?.familyRank)) return terminal
  return { ...terminal, family, ...(familyRank !== undefined && { familyRank }) }
}
