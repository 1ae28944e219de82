// A terminal's start-up: it performs its handshake, registers if required, and follows the options
// that the server sends.
import { timeCodeOf } from './clock.js'
import { optionsOf, registrationOf } from './description.js'
import { tokenOf } from './dialect.js'
import type { Exchange, Faults } from './exchange.js'
import { sendEverybody } from './people/enrollment.js'
import { type BodyCheck, containsOk } from './refusal.js'
import { excerpt } from './response.js'
import { ask, type Question, type Session } from './session.js'
import { askTime } from './time.js'
import { localTimeOf } from './upload.js'

/** The result of a handshake. */
export interface Handshake {
  /** The options that the server gave, by their names. */
  settings: Record<string, string>
  exchanges: Exchange[]
}

/**
 * Performs one handshake, with all requests that belong to it. Resolves with the exchanges; the
 * last one tells whether the terminal may start working.
 */
export async function shakeHands(session: Session, faults: Faults): Promise<Exchange[]> {
  return session.identity.dialect.family === 'access'
    ? greetAsAccess(session, faults)
    : greetAsAttendance(session, faults)
}

async function greetAsAttendance(session: Session, faults: Faults) {
  const { pushVersion, dialect } = session.identity
  const isOld = pushVersion === ''
  const isPost = dialect.handshake === 'POST'
  const query: [string, string][] = isOld
    ? [['options', 'all']]
    : [
        ['options', 'all'],
        ['language', '69'],
        ['pushver', pushVersion],
        ['PushOptionsFlag', '1'],
      ]
  const greeting = await ask(
    session,
    {
      kind: 'handshake',
      method: dialect.handshake,
      endpoint: 'cdata',
      query,
      body: isPost ? optionsOf(session) : '',
      checkBody: isOptionBlock,
    },
    faults('handshake'),
  )
  const exchanges = [greeting]
  if (!greeting.accepted) return exchanges
  obey(session, settingsIn(terminatedPart(greeting.body)), greeting)
  if (session.settings.PushOptionsFlag === '1' && !isOld && !isPost) {
    const upload: Question = {
      ...{ kind: 'upload', method: 'POST', endpoint: 'cdata', query: [['table', 'options']] },
      body: optionsOf(session),
      checkBody: containsOk,
    }
    exchanges.push(await ask(session, upload, faults('upload')))
  }
  if (dialect.clock === 'request' && exchanges.at(-1)?.accepted) {
    exchanges.push(await askTime(session, faults('time')))
  }
  return exchanges
}

async function greetAsAccess(session: Session, faults: Faults) {
  const greeting = await ask(
    session,
    {
      kind: 'handshake',
      method: 'GET',
      endpoint: 'cdata',
      query: [
        ['pushver', session.identity.pushVersion],
        ['options', 'all'],
        ['DeviceType', 'acc'],
      ],
      checkBody: isRegistryAnswer,
    },
    faults('handshake'),
  )
  if (!greeting.accepted) return [greeting]
  if (greeting.body.toString().trim() === 'OK')
    return [greeting, ...(await register(session, faults))]
  const settings = settingsIn(greeting.body.toString())
  obey(session, settings, greeting)
  session.token = tokenFrom(session, settings.RegistryCode ?? '', settings)
  return [greeting]
}

/** Registers an access terminal, and asks for its options. */
export async function register(session: Session, faults: Faults): Promise<Exchange[]> {
  const registry = await ask(
    session,
    {
      kind: 'registry',
      method: 'POST',
      endpoint: 'registry',
      body: registrationOf(session),
      checkBody: isRegistryCode,
    },
    faults('registry'),
  )
  if (!registry.accepted) return [registry]
  const push = await ask(
    session,
    { kind: 'push', method: 'POST', endpoint: 'push', checkBody: hasSession },
    faults('push'),
  )
  if (push.accepted) {
    const settings = settingsIn(push.body.toString())
    obey(session, settings, push)
    session.token = tokenFrom(
      session,
      String(registry.body).slice('RegistryCode='.length),
      settings,
    )
  }
  return [registry, push]
}

const tokenFrom = (session: Session, code: string, { SessionID = '' }: Record<string, string>) =>
  tokenOf(code, session.identity.serialNumber, SessionID)

function obey(session: Session, settings: Record<string, string>, { clock }: Exchange): void {
  session.settings = settings
  const { dialect, pushVersion } = session.identity
  if (settings.TimeZone) {
    session.clock.timeZone = settings.TimeZone
    if (dialect.clock === 'date') session.clock.follow(clock)
  }
  const { people } = session
  // Only time clocks are given stamps.
  if (people && isNothing(settings.OPERLOGStamp ?? settings.OpStamp)) sendEverybody(people)
  const stamp = settings.ATTLOGStamp ?? settings.Stamp
  if (stamp === undefined) return
  const now = timeCodeOf(localTimeOf(session))
  // 0 or None: the server has nothing. Any other number changes nothing, but on old firmware.
  if (isNothing(stamp)) session.log.rewind(0, now)
  else if (pushVersion === '' && /^\d+$/.test(stamp)) session.log.rewind(Number(stamp), now)
  else if (dialect.stamps === 'time' && /^\d{4}-/.test(stamp)) {
    session.log.rewind(timeCodeOf(stamp), now)
  }
}

const isNothing = (stamp: string | undefined) => stamp === '0' || stamp === 'None'

/** Firmware treats the response as options if it contains one of these words. */
const isOptionBlock: BodyCheck = (body) => {
  const text = body.toString()
  if (!/Stamp|ServerVer/.test(text)) {
    return `the body is ${excerpt(body)}, which holds neither Stamp nor ServerVer`
  }
  const line = text.slice(terminatedPart(body).length)
  if (line === '') return undefined
  return `the last line has no line end, so firmware ignores it: ${excerpt(line)}`
}

const isRegistryAnswer: BodyCheck = (body) => {
  const text = body.toString()
  if (text.trim() === 'OK') return undefined
  const settings = settingsIn(text)
  if (settings.registry !== 'ok')
    return `the body is ${excerpt(body)}, not OK and without registry=ok`
  const missing = ['RegistryCode', 'SessionID'].find((key) => !settings[key])
  return missing && `${missing} is missing from the response`
}

const hasSession: BodyCheck = (body) =>
  settingsIn(body.toString()).SessionID ? undefined : `no SessionID in ${excerpt(body)}`

const isRegistryCode: BodyCheck = (body) => {
  if (/^RegistryCode=[^\s]{1,32}$/.test(body.toString())) return undefined
  return `the body is ${excerpt(body)}, not RegistryCode= with 1 to 32 characters and no line end`
}

const terminatedPart = (body: Buffer) => {
  const text = body.toString()
  return text.slice(0, text.lastIndexOf('\n') + 1)
}

function settingsIn(text: string): Record<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const at = line.indexOf('=')
    return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const]
  })
  return Object.fromEntries(pairs)
}
