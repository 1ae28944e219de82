// What a working terminal uploads besides attendance: rows that queries asked for, users that it was
// given, and what people did at it.
import type { Exchange, Faults } from './exchange.js'
import type { Uploads } from './execution.js'
import { rest } from './pace.js'
import { nextUpload } from './people/batch.js'
import { ask, type Question, type Session } from './session.js'
import { localTimeOf, type QueryResult, queryQuestion, tableQuestion } from './upload.js'

const TRIES = 3

/** Sends rows, three times at most. */
export async function sendRows(
  session: Session,
  faults: Faults,
  result: QueryResult,
): Promise<void> {
  await tryToSend(session, faults, queryQuestion(session, result))
}

/** Sends uploads in order; firmware breaks off when one is refused three times. */
export async function sendUploads(
  session: Session,
  faults: Faults,
  { uploads }: Uploads,
): Promise<void> {
  for (const { table, rows } of uploads) {
    const isAccepted = await tryToSend(session, faults, tableQuestion(session, table, rows))
    if (!isAccepted) return
  }
}

async function tryToSend(session: Session, faults: Faults, question: Question): Promise<boolean> {
  const power = session.power.signal
  for (let tries = 1; tries <= TRIES && !power.aborted; tries++) {
    if ((await ask(session, question, faults(question.kind))).accepted) return true
    await rest(tries * session.identity.pause, [power])
  }
  return false
}

/** Uploads the users that the terminal was given, until the server accepts them. */
export async function sendEchoes(session: Session, faults: Faults): Promise<Exchange | undefined> {
  const lines = session.echoes.slice()
  if (lines.length === 0) return undefined
  const isAccess = session.identity.dialect.family === 'access'
  const question = tableQuestion(session, isAccess ? 'user' : 'OPERLOG', lines)
  const exchange = await ask(session, question, faults('upload'))
  if (!exchange.accepted) return exchange
  session.echoes.splice(0, lines.length)
  return undefined
}

/** Uploads what people did at the terminal, in order, until the server refuses some of it. */
export async function sendChanges(session: Session, faults: Faults): Promise<Exchange | undefined> {
  const { people, identity } = session
  const power = session.power.signal
  while (people !== undefined && people.changes.length > 0 && !power.aborted) {
    const { family } = identity.dialect
    const { table, rows, changes } = nextUpload(people, family, localTimeOf(session))
    if (rows.length > 0) {
      const exchange = await ask(session, tableQuestion(session, table, rows), faults('upload'))
      if (!exchange.accepted) return exchange
    }
    // They are gone already if the terminal was wiped meanwhile.
    if (people.changes[0] === changes[0]) people.changes.splice(0, changes.length)
  }
  return undefined
}
