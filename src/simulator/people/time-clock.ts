// What a time clock makes of a command about people.
import type { Uploads } from '../execution.js'
import { batchesOf } from './batch.js'
import { enrollOnCommand, removePerson } from './enrollment.js'
import { type Fields, fieldsOf, olderIn, unifiedIn, userIn } from './field.js'
import type { Memory } from './memory.js'
import { type Change, TEMPLATE_TYPES } from './person.js'
import { CODES, putPhoto, putTemplate, putUser } from './put.js'
import { changesOf, LAST_OLD_FINGER, rowOf } from './row.js'

type Handler<Result = number> = (memory: Memory, fields: Fields) => Result

const UPDATES: Readonly<Record<string, Handler>> = {
  USERINFO: (memory, fields) => putUser(memory, userIn(fields, false)),
  FINGERTMP: (memory, fields) => {
    const { major = 0 } = memory.habits.versions.get('finger') ?? {}
    return major > LAST_OLD_FINGER ? CODES.wrongValue : putOlder(memory, 'finger', fields)
  },
  FACE: (memory, fields) => putOlder(memory, 'infraredFace', fields),
  FVEIN: (memory, fields) => putOlder(memory, 'fingerVein', fields),
  BIODATA(memory, fields) {
    const template = unifiedIn(fields)
    if (template === undefined) return CODES.wrongValue
    return putTemplate(memory, template, CODES.noUser)
  },
  BIOPHOTO(memory, { PIN: pin = '', Content: content = '', Size = '', PostBackTmpFlag }) {
    const code = putPhoto(memory, { pin, content }, Size, CODES.noUser)
    if (code === CODES.done && PostBackTmpFlag === '1') {
      const made = memory.templates(pin).filter(({ photo }) => photo === content)
      for (const template of made) memory.changes.push({ kind: 'template', template })
    }
    return code
  },
}

const DELETES: Readonly<Record<string, Handler<void>>> = {
  USERINFO: (memory, { PIN }) => removePerson(memory, PIN),
  FINGERTMP: (memory, { PIN, FID }) => {
    const isMeant = (no: number) => FID === undefined || no === Number(FID)
    memory.removeTemplates(PIN, ({ type, no }) => type === 'finger' && isMeant(no))
  },
  FACE: (memory, { PIN }) => {
    memory.removeTemplates(PIN, ({ type }) => type === 'infraredFace')
  },
  FVEIN: (memory, { Pin, FID }) => {
    const isMeant = (no: number) => FID === undefined || no === Number(FID)
    memory.removeTemplates(Pin, ({ type, no }) => type === 'fingerVein' && isMeant(no))
  },
  BIODATA: (memory, { Pin, Type, No }) => {
    memory.removeTemplates(Pin, ({ type, no }) => {
      const isType = Type === undefined || type === TEMPLATE_TYPES[Number(Type)]
      return isType && (No === undefined || no === Number(No))
    })
  },
  BIOPHOTO: (memory, { PIN }) => memory.removePhotos(PIN),
}

const QUERIES: Readonly<Record<string, Handler<Change[]>>> = {
  // One person with everything, or everybody without templates.
  USERINFO: (memory, { PIN }) =>
    changesOf(memory, PIN).filter(({ kind }) => PIN !== undefined || kind === 'user'),
  FINGERTMP: (memory, { PIN, FingerID }) =>
    changesOf(memory, PIN).filter((change) => {
      if (change.kind !== 'template' || change.template.type !== 'finger') return false
      return FingerID === undefined || change.template.no === Number(FingerID)
    }),
  BIODATA: (memory, { PIN, Type, No }) =>
    changesOf(memory, PIN).filter((change) => {
      if (change.kind !== 'template') return false
      const { type, no } = change.template
      return type === TEMPLATE_TYPES[Number(Type)] && (No === undefined || no === Number(No))
    }),
}

/** Executes a command; undefined if it isn't about people. */
export function executeOnTimeClock(
  memory: Memory,
  text: string,
  echoes: boolean,
): number | Uploads | undefined {
  const [, verb, table = '', rest = ''] =
    /^DATA (UPDATE|DELETE|QUERY) (\S+) ?(.*)$/s.exec(text) ?? []
  if (verb === undefined) return executeOther(memory, text)
  if (/^(user|userauthorize|templatev10|biodata|biophoto)$|^tablename=/.test(table)) {
    return CODES.otherFamily
  }
  const fields = fieldsOf(rest)
  if (verb === 'QUERY') return query(memory, table, fields)
  const pin = fields.PIN ?? fields.Pin ?? ''
  const handler = verb === 'UPDATE' ? UPDATES[table] : DELETES[table]
  if (handler === undefined) return undefined
  // An empty FID is an error, where a missing one means all.
  if (pin === '' || fields.FID === '') return CODES.wrongParameter
  const code = handler(memory, fields) ?? CODES.done
  if (echoes && verb === 'UPDATE' && table === 'USERINFO' && code === CODES.done) {
    for (const user of memory.users(pin)) memory.changes.push({ kind: 'user', user })
  }
  return code
}

function executeOther(memory: Memory, text: string): number | undefined {
  if (text === 'CLEAR DATA') memory.wipe()
  if (text === 'CLEAR BIODATA') memory.removeTemplates(undefined)
  const [, what, rest = ''] = /^ENROLL_(FP|BIO) (.*)$/s.exec(text) ?? []
  if (what === undefined) return undefined
  const { PIN: pin = '', FID, NO, TYPE, OVERWRITE } = fieldsOf(rest)
  const type = what === 'FP' ? 'finger' : (TEMPLATE_TYPES[Number(TYPE)] ?? 'general')
  return enrollOnCommand(memory, { pin, type, no: Number(FID ?? NO ?? 0) }, OVERWRITE === '1')
}

function query(memory: Memory, table: string, fields: Fields): number | Uploads | undefined {
  const { queries, batchSize, returnsCount } = memory.habits
  const isForAll = fields.PIN === undefined
  if (queries === 'none' || (queries === 'one' && isForAll)) return CODES.notSupported
  const changes = QUERIES[table]?.(memory, fields)
  if (changes === undefined) return undefined
  const sent = changes.slice(0, memory.habits.sendsRows(changes.length))
  const rows = sent.flatMap((change) => rowOf(change, 'attendance', memory, ''))
  return { uploads: batchesOf(rows, batchSize), returnCode: returnsCount ? changes.length : 0 }
}

function putOlder(
  memory: Memory,
  type: 'finger' | 'infraredFace' | 'fingerVein',
  fields: Fields,
): number {
  if (!memory.habits.versions.has(type)) return CODES.notSupported
  const template = olderIn(type, fields, memory)
  if (Number(fields.Size ?? fields.SIZE) !== template.template.length) return CODES.wrongSize
  return putTemplate(memory, template, CODES.noUser)
}
