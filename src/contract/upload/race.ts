// Cases: uploads at the same moment, and unreachable storage.
import { equal } from 'node:assert/strict'
import type { UploadStorage } from '../../upload/storage.js'
import { fails } from '../proof.js'
import { type Case, without } from '../subject.js'
import { attendance, hand, keepsLines } from './sample.js'

export const RACE_CASES: readonly Case[] = [
  {
    name: 'An upload that comes thirty times at the same moment is stored once, and every call fulfills',
    otherwise:
      'It checks first and inserts afterwards: a terminal that sends twice makes two arrivals of one.',
    missing: without('lines'),
    async check(subject) {
      const upload = attendance('A', ['1', '2', '3'])
      const said = await Promise.all(Array.from({ length: 30 }, () => hand(subject, upload)))
      await keepsLines(subject, [upload])
      saysOnce(said.flat(), 3)
    },
  },
  {
    name: 'The uploads of a hundred terminals at the same moment are stored',
    otherwise:
      'One terminal overwrites what another uploaded: both were answered OK, and one is gone.',
    missing: without('lines'),
    async check(subject) {
      const uploads = Array.from({ length: 100 }, (_, index) => {
        return attendance(`terminal ${index % 60}`, [`${index}`, `x${index}`])
      })
      await Promise.all(uploads.map((upload) => hand(subject, upload)))
      await keepsLines(subject, uploads)
    },
  },
  {
    name: 'An upload that two processes receive at the same moment is stored once',
    otherwise:
      'A lock or a cache in one process does not see the other: a line is lost or kept twice.',
    missing: without('lines', 'reopen'),
    async check(subject) {
      const other = await subject.reopen?.()
      if (other === undefined) return
      const uploads = Array.from({ length: 30 }, (_, index) => {
        return attendance(`terminal ${index}`, [`${index}`, `x${index}`])
      })
      const said = await Promise.all(
        uploads.map(async (upload) => {
          const calls = [hand(subject, upload), hand({ adapter: other }, upload)]
          return (await Promise.all(calls)).flat()
        }),
      )
      await keepsLines(subject, uploads)
      for (const each of said) saysOnce(each, 2)
    },
  },
  {
    name: 'Uploads reject while storage is unreachable',
    otherwise: 'It swallows errors: terminals read OK and forget what storage never had.',
    missing: without('disconnect'),
    async check(subject) {
      const storage = subject.adapter as Partial<UploadStorage>
      const { findPackets, sumPackets, listAttendance, listUploads } = storage
      await hand(subject, attendance('A', ['1']))
      await subject.disconnect?.()
      await fails('onUpload', () => hand(subject, attendance('A', ['2'])))
      const set = { table: 'user', count: 2, maxBytes: 100 }
      if (sumPackets) {
        await fails('sumPackets', () => sumPackets.call(storage, 'A', '1', set))
      }
      if (findPackets) {
        await fails('findPackets', () => findPackets.call(storage, 'A', '1', set))
      }
      if (listAttendance) await fails('listAttendance', () => listAttendance.call(storage, {}))
      if (listUploads) await fails('listUploads', () => listUploads.call(storage, {}))
    },
  },
]

function saysOnce(said: readonly (readonly unknown[] | undefined)[], count: number): void {
  if (said.every((records) => records === undefined)) return
  const fresh = said.reduce((sum, records) => sum + (records?.length ?? count), 0)
  equal(fresh, count, `of ${count} records in ${said.length} calls, ${fresh} were said to be new`)
}
