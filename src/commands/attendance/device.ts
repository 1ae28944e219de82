// An attendance terminal as a device: options, state, files, restart.
import { type BuiltCommand, DATA, type Nature, QUERY, RESTART } from '../built.js'
import { build, required } from '../line.js'
import { getting, type Option, settingOne } from '../option.js'
import { PATH } from '../value.js'

export type { Option }

function plain(builder: string, head: string, nature: Nature): BuiltCommand {
  return build(builder, { head, nature, intent: 'text' })
}

/**
 * Sets one option (`SET OPTION`). Replied with 0, also for an option that the terminal does not know. Options
 * that begin with `~` are read-only. Some count only after `reloadOptions` or a restart. A wrong address of
 * the server leaves the terminal out of reach. The value is never shown in an error.
 *
 * @example
 * attendance.setOption({ name: 'Volume', value: '60' })
 */
export function setOption(option: Option): BuiltCommand {
  return settingOne('attendance.setOption', 'SET OPTION', option)
}

/** Asks for options by name (`GET OPTION FROM`, seen in the field): they are lines below the reply. */
export function getOptions(names: readonly string[]): BuiltCommand {
  return getting('attendance.getOptions', 'GET OPTION FROM', names)
}

/** Makes the terminal read its options again (`RELOAD OPTIONS`). Replied with 0. */
export function reloadOptions(): BuiltCommand {
  return plain('attendance.reloadOptions', 'RELOAD OPTIONS', DATA)
}

/** Asks for all options and counts (`INFO`): up to 190 lines below the reply, some of them secret. */
export function info(): BuiltCommand {
  return plain('attendance.info', 'INFO', DATA)
}

/**
 * Makes the terminal shake hands again and upload what is new by the stamps it is given (`CHECK`). Replied
 * with 0.
 */
export function check(): BuiltCommand {
  return plain('attendance.check', 'CHECK', DATA)
}

/** Makes the terminal upload new records now (`LOG`). Replied with 0. */
export function uploadNew(): BuiltCommand {
  return plain('attendance.uploadNew', 'LOG', DATA)
}

/**
 * Restarts the terminal (`REBOOT`). It replies with 0 first. Handed out once, and as the last of an answer,
 * because commands behind it would be forgotten.
 */
export function reboot(): BuiltCommand {
  return plain('attendance.reboot', 'REBOOT', RESTART)
}

/**
 * Fetches a file (`GetFile`). The reply has `Return`, its size, and `Content`, its bytes; old firmware posts
 * it once and never again. A file may hold passwords.
 */
export function getFile(file: { path: string }): BuiltCommand {
  const fields = [required('', 'path', PATH)]
  return build(
    'attendance.getFile',
    { head: 'GetFile', fields, nature: QUERY, intent: 'text' },
    file,
  )
}
