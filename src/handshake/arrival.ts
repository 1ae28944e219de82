// GET cdata, registry and push: a terminal starts, and gets its settings.
import { ok } from '../endpoint/answer.js'
import type { Awaitable, Deadline } from '../endpoint/deadline.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { Exchange } from '../endpoint/endpoint.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { withBody } from '../endpoint/stray.js'
import type { OffsetOf } from '../endpoint/time-zone.js'
import type { Family } from '../reply/outcome.js'
import type { ContactBook } from '../terminal/contact.js'
import {
  contactOf,
  hasOnlyOptions,
  LOOKS_LIKE_ACCESS,
  optionFacts,
  pairsOf,
  plain,
  statedFamily,
} from '../terminal/facts.js'
import type { Contact, Terminal, TerminalFacts } from '../terminal/storage.js'
import { accessBlock, configurationBlock, optionBlock, versionOf } from './handshake.js'
import { findKnown, type HandshakeStorage, terminalOf } from './known.js'
import type { HandshakeSettings } from './options.js'
import { registrationOf } from './registration.js'
import { looksLikeAccess } from './request.js'

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
  /** Stores a body that has more than options. */
  keepBody: Exchange
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
    const known = await findKnown(adapter, serialNumber, deadline)
    const posted =
      request.method === 'POST' ? await postedFacts(settings, serialNumber, request, deadline) : {}
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
export function registryExchange(settings: ArrivalSettings): Exchange {
  const { contacts, secret } = settings
  return async (serialNumber, request, deadline) => {
    const facts = await postedFacts(settings, serialNumber, request, deadline)
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
    const known = await findKnown(adapter, serialNumber, deadline)
    const contact = contactOf(serialNumber, request, 'handshake', LOOKS_LIKE_ACCESS)
    const options = await deadline.wait(settings.settingsFor(terminalOf(known, contact)), HANDSHAKE)
    await deadline.wait(contacts.write(contact))
    const registration = registrationOf(serialNumber, secret)
    return ok(configurationBlock({ pushVersion: known?.pushVersion }, options, registration))
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

async function postedFacts(
  { keepBody }: ArrivalSettings,
  serialNumber: string,
  request: TerminalRequest,
  deadline: Deadline,
): Promise<TerminalFacts> {
  const body = await request.body(MOST_OPTION_BYTES)
  if (!hasOnlyOptions(body)) await keepBody(serialNumber, withBody(request, body), deadline)
  return optionFacts(pairsOf(body.toString()))
}
