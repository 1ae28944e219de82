// The attendance terminal itself: options, state, files, restart.
import { type BuiltCommand, DATA, QUERY, RESTART } from '../built.js'
import { build, type TextOptions } from '../line.js'
import { getting, type Option, settingClock, settingOne } from '../option.js'
import { plain, required } from '../shape.js'
import { PATH } from '../value.js'

export type { Option }

/**
 * Sets one option (`SET OPTION`). Reply: 0, even if the terminal does not know the option.
 * Options that begin with `~` are read-only. Some take effect only after `reloadOptions` or a
 * restart. A wrong server address puts the terminal out of reach. The value is never shown in an
 * error.
 *
 * @example
 * attendance.setOption({ name: 'Volume', value: '60' })
 */
export function setOption(option: Option, options?: TextOptions): BuiltCommand {
  return settingOne('attendance.setOption', 'SET OPTION', option, options)
}

/**
 * Asks for options by name (`GET OPTION FROM`, seen in the field): they follow the reply, one a
 * line.
 */
export function getOptions(names: readonly string[]): BuiltCommand {
  return getting('attendance.getOptions', 'GET OPTION FROM', names)
}

/**
 * Sets the clock to the terminal's local time (`SET OPTION DateTime=`, the time code of the
 * manuals). Reply: 0. Some models set their clock only by the `Date` of the next handshake or poll.
 * Sent once, and only within 15 s: the clock is as late as the terminal's next poll.
 */
export function setClock(clock: { time: string }): BuiltCommand {
  return settingClock('attendance.setClock', 'SET OPTION', clock)
}

/** Makes the terminal reload its options (`RELOAD OPTIONS`). Reply: 0. */
export function reloadOptions(): BuiltCommand {
  return build('attendance.reloadOptions', plain('RELOAD OPTIONS', DATA))
}

/**
 * Asks for all options and counts (`INFO`): up to 190 lines follow the reply, some of them secret.
 */
export function info(): BuiltCommand {
  return build('attendance.info', { head: 'INFO', nature: DATA })
}

/**
 * Makes the terminal repeat its handshake and upload new data according to the stamps (`CHECK`).
 * Reply: 0.
 */
export function check(): BuiltCommand {
  return build('attendance.check', plain('CHECK', DATA))
}

/** Makes the terminal upload new records now (`LOG`). Reply: 0. */
export function uploadNew(): BuiltCommand {
  return build('attendance.uploadNew', plain('LOG', DATA))
}

/**
 * Restarts the terminal (`REBOOT`). It replies with 0 first. Sent once, and last in an
 * answer, because the terminal forgets the commands after it.
 */
export function reboot(): BuiltCommand {
  return build('attendance.reboot', plain('REBOOT', RESTART))
}

/**
 * Fetches a file (`GetFile`). The reply has `Return`, its size, and `Content`, its bytes; old
 * firmware posts it once and never again. A file may hold passwords.
 */
export function getFile(file: { path: string }): BuiltCommand {
  const shape = { head: 'GetFile', fields: [required('', 'path', PATH)], nature: QUERY }
  return build('attendance.getFile', shape, file)
}
