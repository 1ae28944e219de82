// Which person an upload or a reply is about. Pure.
import { LONGEST_PIN } from '../command.js'
import type { CommandReply } from '../reply/reply.js'
import { fieldOf } from './fields.js'
import { PHOTO_NAME } from './file.js'
import type { UploadRecord } from './upload.js'

/**
 * The PIN of the person whom a record or a reply is about; undefined if it names none. It is what
 * lists go by (`pin`), and what `forgetPerson` deletes.
 */
export function personOf(record: UploadRecord | CommandReply): string | undefined {
  const pin = pinIn(record)
  return pin !== undefined && pin !== '' && pin.length <= LONGEST_PIN ? pin : undefined
}

function pinIn(record: UploadRecord | CommandReply): string | undefined {
  if (!('kind' in record)) return fieldOf(record.fields, 'PIN')
  switch (record.kind) {
    case 'attendance':
      return record.pin
    case 'operation':
      return record.parameters[0] === '0' ? undefined : record.parameters[0]
    case 'file':
      // The PIN of a photo is the name of its file.
      return record.type === 'attphoto' ? record.pin : fieldOf(record.fields, 'PIN')
    case 'fields': {
      const pin = fieldOf(record.fields, 'PIN')
      // A door terminal sends a photo as a row, with the name of the file as the PIN.
      const name = record.type === 'attphoto' ? PHOTO_NAME.exec(pin ?? '') : null
      return name === null ? pin : name[7]
    }
    default:
      return undefined
  }
}
