// Deletes what is settled and old, never what is open.
import type { Forgotten } from '../kept.js'
import { type Database, moment } from './query.js'

// A command is closed by a final reply, by cancelling, or because it expired; then its latest event
// counts.
const FORGET = `
  WITH commands AS (
    DELETE FROM :schema.commands
    WHERE greatest(listed_at, sent_at, cancelled_at, replied_at) < ${moment('$1')}
      AND (cancelled_at IS NOT NULL OR outcome <> 'pending' OR open_until < ${moment('$1')})
    RETURNING 1
  ), attendance AS (
    DELETE FROM :schema.attendance WHERE received_at < ${moment('$1')} RETURNING 1
  ), uploads AS (
    DELETE FROM :schema.uploads WHERE received_at < ${moment('$1')} RETURNING 1
  ), unparsed AS (
    DELETE FROM :schema.unparsed WHERE received_at < ${moment('$1')} RETURNING 1
  )
  SELECT json_build_object('commands', (SELECT count(*) FROM commands), 'attendance', (SELECT count(*) FROM attendance),
    'uploads', (SELECT count(*) FROM uploads), 'unparsed', (SELECT count(*) FROM unparsed))::text AS row`

/** Deletes what was closed, replied or uploaded before this moment. */
export async function forgetOn(database: Database, before: Date): Promise<Forgotten> {
  // A moment in the future would count what is still open as closed.
  const [forgotten] = await database.rows<Forgotten>(FORGET, [
    Math.min(before.getTime(), Date.now()),
  ])
  return forgotten ?? { commands: 0, attendance: 0, uploads: 0, unparsed: 0 }
}
