// What a door terminal makes of a command about people.
import type { Rows } from '../execution.js'
import { enrollOnCommand } from './enrollment.js'
import { optionsAbout } from './fact.js'
import { type Fields, fieldsOf, olderIn, unifiedIn, userIn } from './field.js'
import type { Memory } from './memory.js'
import { type Change, TEMPLATE_TYPES, type TerminalTemplate } from './person.js'
import { CODES, putPhoto, putTemplate, putUser } from './put.js'
import { authorizationRow, isInOldTable, LAST_OLD_FINGER, rowOf } from './row.js'

type Handler<Result = number> = (memory: Memory, fields: Fields) => Result

const UPDATES: Readonly<Record<string, Handler>> = {
  user: (memory, fields) => putUser(memory, userIn(fields, true)),
  userauthorize(memory, { Pin: pin = '', AuthorizeTimezoneId, AuthorizeDoorId }) {
    // A door terminal doesn't ask whether there is such a user.
    memory.authorize({ pin, timeZone: AuthorizeTimezoneId ?? '1', doors: AuthorizeDoorId ?? '0' })
    return CODES.done
  },
  templatev10(memory, fields) {
    const template = olderIn('finger', fields, memory)
    if (template.template === '') return CODES.emptyTemplate
    if (template.majorVersion > LAST_OLD_FINGER) return CODES.otherVersion
    return putTemplate(memory, template, CODES.noUserAtDoor)
  },
  biodata(memory, fields) {
    const template = unifiedIn(fields)
    if (template === undefined) return CODES.wrongLength
    return putTemplate(memory, template, CODES.noUserAtDoor)
  },
  biophoto(memory, fields) {
    const { PIN, pin = PIN ?? '', Content, content = Content ?? '', Size, size = Size } = fields
    return putPhoto(memory, { pin, content }, size ?? '', CODES.noUserAtDoor)
  },
}

// Nothing else goes with a user: a template that stays is the next one's under the same PIN.
const DELETES: Readonly<Record<string, Handler<void>>> = {
  user: (memory, { Pin }) => memory.removeUsers(Pin),
  userauthorize: (memory, { Pin }) => memory.removeAuthorizations(Pin),
  templatev10: (memory, { Pin, FingerID }) => {
    memory.removeTemplates(Pin, (template) => {
      const isOne = FingerID === undefined || template.no === Number(FingerID)
      return isInOldTable(template, 'lists') && isOne
    })
  },
  biodata: (memory, { Pin, Type, No }) => {
    memory.removeTemplates(Pin, (template) => {
      return isUnified(template, Type) && (No === undefined || template.no === Number(No))
    })
  },
  biophoto: (memory, { Pin, PIN }) => memory.removePhotos(Pin ?? PIN),
}

const QUERIES: Readonly<Record<string, Handler<string[]>>> = {
  user: (memory, { Pin }) => linesOf(memory, memory.users(Pin), 'user'),
  userauthorize: (memory, { Pin }) => memory.authorizations(Pin).map(authorizationRow),
  templatev10: (memory, { Pin }) => {
    const templates = memory.templates(Pin).filter((each) => isInOldTable(each, 'lists'))
    return linesOf(memory, templates, 'template')
  },
  biodata: (memory, { Pin, Type }) => {
    const templates = memory.templates(Pin).filter((each) => isUnified(each, Type))
    return linesOf(memory, templates, 'template')
  },
  biophoto: (memory, { Pin }) => linesOf(memory, memory.photos(Pin), 'photo'),
}

/** Executes a command; undefined if it isn't about people. */
export function executeAtDoor(
  memory: Memory,
  text: string,
  echoes: boolean,
): number | Rows | undefined {
  const [, verb, table = '', rest = ''] = /^DATA (UPDATE|DELETE) (\S+) ?(.*)$/s.exec(text) ?? []
  if (verb === undefined) return ask(memory, text) ?? enrollAtDoor(memory, text)
  if (/^(USERINFO|FINGERTMP|FACE|FVEIN|BIODATA|BIOPHOTO)$/.test(table)) return CODES.wrongTable
  const handler = verb === 'UPDATE' ? UPDATES[table] : DELETES[table]
  if (handler === undefined) return undefined
  const fields = fieldsOf(rest)
  const pin = fields.Pin ?? fields.pin ?? fields.PIN ?? ''
  // A table is emptied by `*` alone.
  if (pin === '' && rest !== '*') return CODES.wrongParameter
  const code = handler(memory, fields) ?? CODES.done
  if (echoes && verb === 'UPDATE' && table === 'user' && code === CODES.done) {
    for (const user of memory.users(pin)) memory.changes.push({ kind: 'user', user })
  }
  return code
}

/** Queries, counts, and options. */
function ask(memory: Memory, text: string): number | Rows | undefined {
  const [, name] = /^GET OPTIONS (.*)$/s.exec(text) ?? []
  if (name !== undefined) return optionsNamed(memory, name.split(','))
  const [, counted = '', type = ''] = /^DATA COUNT (\w+) ?(.*)$/s.exec(text) ?? []
  const queried = /^DATA QUERY tablename=(\w+),fielddesc=[^,]*,filter=(.*)$/s.exec(text)
  const [, table = counted, filter = type] = queried ?? []
  const rows = QUERIES[table]?.(memory, fieldsOf(filter))
  if (rows === undefined) return undefined
  const { queries, sendsRows } = memory.habits
  if (queries === 'none' || (queries === 'one' && filter === '*')) return CODES.notSupported
  if (queried === null) {
    const count = [`${table}=${rows.length}`]
    return { table, type: 'count', rows: count, returnCode: rows.length }
  }
  return { table, rows: rows.slice(0, sendsRows(rows.length)), returnCode: rows.length }
}

function optionsNamed(memory: Memory, names: readonly string[]): Rows | undefined {
  const options = optionsAbout(memory)
  const rows = names.flatMap((name) => (name in options ? [`${name}=${options[name]}`] : []))
  if (rows.length === 0) return undefined
  return { table: 'options', type: 'options', rows, returnCode: CODES.done }
}

function enrollAtDoor(memory: Memory, text: string): number | undefined {
  const [, rest] = /^ENROLL_BIO (.*)$/s.exec(text) ?? []
  if (rest === undefined) return undefined
  const { PIN: pin = '', NO = '0', TYPE, OVERWRITE } = fieldsOf(rest)
  const type = TEMPLATE_TYPES[Number(TYPE)] ?? 'general'
  return enrollOnCommand(memory, { pin, type, no: Number(NO) }, OVERWRITE === '1')
}

const isUnified = (template: TerminalTemplate, type: string | undefined) =>
  !isInOldTable(template, 'lists') &&
  (type === undefined || template.type === TEMPLATE_TYPES[Number(type)])

function linesOf(memory: Memory, kept: readonly object[], kind: Change['kind']): string[] {
  return kept.flatMap((one) => {
    return rowOf({ kind, [kind]: one } as Change, 'access', memory, '').map(({ line }) => line)
  })
}
