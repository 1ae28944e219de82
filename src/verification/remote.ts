// GET cdata?table=RemoteAtt&PIN=: somebody typed a PIN that the terminal doesn't know (attendance PUSH
// manual, "Remote attendance").
import { checkFunction, describe, type OptionNames } from '../check.js'
import { LONGEST_PIN } from '../command.js'
import { type Answer, ok } from '../endpoint/answer.js'
import { type Awaitable, Deadline } from '../endpoint/deadline.js'
import { type Endpoint, endpoint } from '../endpoint/endpoint.js'
import { type HookOptions, reporterOf } from '../endpoint/hook.js'
import {
  decoderLabelOf,
  type EncodingOptions,
  type EndpointOptions,
  endpointSettings,
} from '../endpoint/options.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { asksForPerson } from '../handshake/request.js'
import { encode, lostCharacter } from '../queue/encoding.js'

/** Somebody typed a PIN that the terminal doesn't know. */
export interface RemoteQuestion {
  serialNumber: string
  /** The PIN as typed. */
  pin: string
}

/** A command by its text, as builders return it. */
export interface BareCommand {
  text: string
}

/** The option about people whom a terminal doesn't know. */
export interface RemoteAttendanceOptions {
  /**
   * Answers who a person is whom a terminal doesn't know: commands that write the person, such as
   * `attendance.putUser` and `attendance.putFingerprint` return, or nothing. The terminal forgets
   * them after a time. The answer is `NONE` without it, for PINs of more than 64 characters, and if
   * it throws or takes more than 3 s; the error goes to `onError`. Whoever knows a serial number may
   * ask: use `authorize`.
   */
  remoteAttendance?(
    question: RemoteQuestion,
  ): Awaitable<BareCommand | readonly BareCommand[] | undefined>
}

/** The names of the option about people whom a terminal doesn't know. */
export const REMOTE_OPTIONS: OptionNames<RemoteAttendanceOptions> = { remoteAttendance: true }

const DEADLINE = 3000
const LINE = /^[^\r\n\0]+$/

/** Whether a request to `cdata` asks for a person whom the terminal doesn't know. */
export function asksForUnknown(request: TerminalRequest): boolean {
  return asksForPerson(request) && !request.target.has('type')
}

/**
 * Creates the endpoint, on options whose names were checked; undefined without the option.
 *
 * @throws TypeError if it isn't a function
 */
export function remoteEndpoint(
  options: RemoteAttendanceOptions & EndpointOptions & EncodingOptions & HookOptions,
): Endpoint | undefined {
  const { remoteAttendance } = options
  checkFunction('remoteAttendance', remoteAttendance, 'a function ({ serialNumber, pin })')
  if (remoteAttendance === undefined) return undefined
  const ask = remoteAttendance.bind(options)
  const encodingOf = decoderLabelOf(options)
  const report = reporterOf('remoteAttendance', options)
  const linesFor = async (question: RemoteQuestion, deadline: Deadline) => {
    const answer: unknown = await deadline.wait(ask(question), 'option "remoteAttendance"')
    const commands: unknown[] = answer === undefined || answer === null ? [] : [answer].flat()
    const encoding = await encodingOf(question.serialNumber, deadline)
    return commands.map((command) => lineOf(command, encoding))
  }
  return endpoint(endpointSettings(options), async (serialNumber, { target }): Promise<Answer> => {
    const pin = target.value('pin') ?? ''
    if (pin.trim() === '' || pin.length > LONGEST_PIN) return ok('NONE')
    const deadline = new Deadline(DEADLINE, 'option "remoteAttendance"')
    try {
      const lines = await linesFor({ serialNumber, pin }, deadline)
      return ok(lines.length === 0 ? 'NONE' : Buffer.concat(lines))
    } catch (error) {
      report(error)
      return ok('NONE')
    } finally {
      deadline.end()
    }
  })
}

function lineOf(command: unknown, encoding: string): Buffer {
  const text = (command as BareCommand | undefined)?.text
  if (typeof text !== 'string' || !LINE.test(text)) {
    throw new TypeError(
      `express-iclock: option "remoteAttendance" returned ${describe(command)}; expected commands of one line such as ` +
        'attendance.putUser(…) returns, or nothing',
    )
  }
  const lost = lostCharacter(text, encoding)
  if (lost === undefined) return encode(`${text}\n`, encoding)
  throw new TypeError(
    `express-iclock: option "remoteAttendance" returned a command with ${describe(lost)}, which ${describe(encoding)} lacks`,
  )
}
