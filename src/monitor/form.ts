// The commands that people may issue with a form: those that neither wipe a terminal nor take it
// over.
import { ownOf } from '../check.js'
import * as access from '../commands/access.js'
import * as attendance from '../commands/attendance.js'
import type { NewCommand } from '../queue/issue.js'
import type { Family } from '../reply/outcome.js'
import type { MonitorTexts } from './text.js'

/** One value of a form. `moment` is a wall-clock time of the terminal. */
export interface FormField {
  /** The builder's member; its label is the text `field.<name>`. */
  name: string
  kind: 'text' | 'number' | 'moment' | 'choice' | 'secret'
  isRequired?: boolean
  /** The choices. */
  choices?: readonly string[]
  /** Its initial value. */
  value?: string
}

/** A form; its title is the text `form.<name>`. */
export interface Form {
  name: string
  fields: readonly FormField[]
  /** Whether it acts on the physical world, so that a confirmation is required. */
  isConfirmed?: boolean
}

interface Builder extends Form {
  build(values: Readonly<Record<string, unknown>>): NewCommand
}

type FormName = keyof MonitorTexts extends infer Key
  ? Key extends `form.${infer Name}`
    ? Name
    : never
  : never

const PIN: FormField = { name: 'pin', kind: 'text', isRequired: true }
const NAME: FormField = { name: 'name', kind: 'text' }
const CARD: FormField = { name: 'card', kind: 'text' }
const PASSWORD: FormField = { name: 'password', kind: 'secret' }
const FROM: FormField = { name: 'from', kind: 'moment', isRequired: true }
const TO: FormField = { name: 'to', kind: 'moment', isRequired: true }
const DOOR: FormField = { name: 'door', kind: 'number', isRequired: true, value: '1' }
const SECONDS: FormField = { name: 'seconds', kind: 'number', isRequired: true, value: '5' }
const FINGER: FormField = { name: 'finger', kind: 'number', isRequired: true, value: '6' }
const MESSAGE: readonly FormField[] = [
  { name: 'id', kind: 'number', isRequired: true, value: '1' },
  { name: 'text', kind: 'text', isRequired: true },
  FROM,
  { name: 'minutes', kind: 'number', isRequired: true, value: '60' },
]

/** A form over a builder, which checks every value itself. */
function form(
  name: FormName,
  build: (values: never) => NewCommand,
  fields: readonly FormField[] = [],
  isConfirmed = false,
): Builder {
  return {
    name,
    fields,
    ...(isConfirmed && { isConfirmed }),
    build: (values) => build(values as never),
  }
}

const FORMS: Readonly<Record<Family, readonly Builder[]>> = {
  attendance: [
    form('check', attendance.check),
    form('info', attendance.info),
    form('putUser', attendance.putUser, [PIN, NAME, CARD, PASSWORD]),
    form('queryUser', attendance.queryUser, [PIN]),
    form('enrollFingerprint', attendance.enrollFingerprint, [PIN, FINGER]),
    form('queryAttendance', attendance.queryAttendance, [FROM, TO]),
    form('countAttendance', attendance.countAttendance, [FROM, TO]),
    form(
      'putMessage',
      (values: Parameters<typeof attendance.putMessage>[0]) => {
        return attendance.putMessage({ ...values, audience: 'everyone' })
      },
      MESSAGE,
    ),
    form('openDoor', attendance.openDoor, [], true),
    form('reboot', attendance.reboot, [], true),
  ],
  access: [
    form('putUser', access.putUser, [PIN, NAME, CARD, PASSWORD]),
    form('queryNewEvents', access.queryNewEvents),
    form('openDoor', access.openDoor, [DOOR, SECONDS], true),
    form('cancelAlarm', access.cancelAlarm, [DOOR], true),
    form('reboot', access.reboot, [], true),
  ],
}

/** The names of all forms. */
export const FORM_NAMES: readonly string[] = [
  ...new Set(Object.values(FORMS).flatMap((forms) => forms.map(({ name }) => name))),
]

/** The forms for a terminal of a family. */
export function formsFor(family: Family = 'attendance'): Form[] {
  return FORMS[family].map(({ build: _, ...shown }) => shown)
}

/** A form for terminals of several families. */
export interface SharedForm extends Form {
  /** The families that it is for: the one form builds what each of them reads. */
  families: Family[]
}

/** The forms for terminals of some families; those that look alike are one. */
export function sharedForms(families: ReadonlySet<Family>): SharedForm[] {
  const shared = new Map<string, SharedForm>()
  for (const family of families) {
    for (const form of formsFor(family)) {
      const key = JSON.stringify(form)
      const known = shared.get(key)
      if (known === undefined) shared.set(key, { ...form, families: [family] })
      else known.families.push(family)
    }
  }
  return [...shared.values()]
}

/**
 * Builds the command that a form describes.
 *
 * @returns undefined if there is no such form
 * @throws TypeError or IclockError that says what is wrong with a value
 */
export function commandOf(
  name: string,
  values: Readonly<Record<string, unknown>>,
  family: Family = 'attendance',
): NewCommand | undefined {
  const found = FORMS[family].find((one) => one.name === name)
  if (found === undefined) return undefined
  const entries = found.fields.flatMap(({ name, kind }) => {
    const value = ownOf(values, name)
    return typeof value === 'string' && value !== '' ? [[name, typed(value, kind)] as const] : []
  })
  return found.build(Object.fromEntries(entries))
}

function typed(value: string, kind: FormField['kind']): unknown {
  if (kind === 'number') return Number(value)
  if (kind !== 'moment') return value
  // What an input of the type datetime-local gives, with or without seconds.
  const moment = value.replace('T', ' ')
  return /:\d\d:\d\d$/.test(moment) ? moment : `${moment}:00`
}
