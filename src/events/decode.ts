// What an entry of the log says, as the app gets it. Pure.
import type { KeptReply, KeptUpload } from '../kept.js'
import { type Punch, punchOf } from '../punch/punch.js'
import { SUMMARY_BYTES } from '../queue/summary.js'
import { newFields } from '../upload/fields.js'
import type { FieldRecord, UploadRecord } from '../upload/upload.js'
import type { Verdict } from '../verification/decision.js'
import type { WrittenEvent, WrittenRecord } from './entry.js'
import type { StoredEvent, TerminalEvent } from './event.js'

/** The event that was written. */
export function eventOf(event: WrittenEvent, about: StoredEvent): TerminalEvent {
  const { serialNumber, receivedAt } = about
  const own = { serialNumber, receivedAt }
  switch (event.t) {
    case 'punch': {
      const record = recordOf(event.record)
      const punch = punchOf(record, about)
      if (punch !== undefined) return { type: 'punch', ...about, punch }
      const { kind, type, raw } = record
      const shown = raw.subarray(0, SUMMARY_BYTES)
      const upload = { kind, type, size: raw.length, raw: shown } as KeptUpload
      return { type: 'upload', ...about, upload: { ...upload, ...own, ...pinOf(event) } }
    }
    case 'decision': {
      const record = recordOf(event.record) as FieldRecord
      const { verdict, opens } = record.fields
      const punch = punchOf({ ...record, type: 'rtlog' }, about) as Punch
      const opened = opens ? { opened: Number(opens) } : {}
      const asked = { ...punch, granted: 'opened' in opened, record }
      return { type: 'decision', ...about, verdict: verdict as Verdict, ...opened, punch: asked }
    }
    case 'template': {
      const { pin = '', biometric, no } = event
      return { type: 'template', ...about, pin, biometric, no }
    }
    case 'upload': {
      const { kind, type, size, raw, instant } = event
      const upload = { ...own, kind, type, ...pinOf(event), size, raw: Buffer.from(raw, 'latin1') }
      const kept = { ...upload, ...(instant !== undefined && { instant: new Date(instant) }) }
      return { type: 'upload', ...about, upload: kept as KeptUpload }
    }
    case 'reply': {
      const { commandId, reply } = event
      return { type: 'reply', ...about, reply: { ...own, commandId, ...reply } as KeptReply }
    }
    case 'closed': {
      const { commandId, reason } = event
      return { type: 'closed', ...about, commandId, reason }
    }
  }
}

function pinOf({ pin }: WrittenEvent): { pin?: string } {
  return pin === undefined ? {} : { pin }
}

function recordOf({ instant, raw, fields, ...members }: WrittenRecord): UploadRecord {
  const record = {
    ...members,
    ...(instant !== undefined && { instant: new Date(instant) }),
    raw: Buffer.from(raw, 'latin1'),
    ...(fields !== undefined && { fields: newFields() }),
  }
  for (const [key, value] of fields ?? []) (record.fields as Record<string, string>)[key] = value
  return record as unknown as UploadRecord
}
