// Cases: lines that only their table or their query tells apart, and photos as text.
import { deepEqual } from 'node:assert/strict'
import { parseUpload } from '../../upload/parse.js'
import type { UploadStorage } from '../../upload/storage.js'
import type { Upload } from '../../upload/upload.js'
import { type Case, without } from '../subject.js'
import { type About, hand, keepsLines, upload, uploadOf } from './sample.js'

const missing = without('lines')

const PICTURE = Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF\n\r \0', 'latin1')

function unparsed(line: string, about: About): Upload {
  return upload('A', { records: [], unparsed: [Buffer.from(line)] }, about)
}

function pictureOf(pin: string): Upload {
  return upload('A', parseUpload(PICTURE, { query: { PIN: pin } }))
}

export const TABLE_CASES: readonly Case[] = [
  {
    name: 'A line that is not a valid record is stored once for each table, and listed with it',
    otherwise: 'Nobody sees what a terminal sent to a table, or to which one.',
    missing,
    async check(subject) {
      const tables = ['ATTLOG', 'OPERLOG', 'BIODATA'].map((table) => unparsed('garbage', { table }))
      const rows = unparsed('garbage', { table: 'tabledata', tableName: 'user' })
      const all = [...tables, rows]
      await hand(subject, ...all, ...all)
      await keepsLines(subject, all)
      const storage = subject.adapter as Partial<UploadStorage>
      const listed = async (filter: { type?: string }) => {
        const page = await storage.listUploads?.({ kind: 'unparsed', ...filter })
        return page?.rows.map(({ type }) => type).sort()
      }
      if (storage.listUploads === undefined) return
      deepEqual(await listed({}), ['attlog', 'biodata', 'operlog', 'user'])
      deepEqual(await listed({ type: 'operlog' }), ['operlog'])
      deepEqual(await listed({ type: '' }), [])
    },
  },
  {
    name: 'A record is stored beside an unparsed line of the same bytes',
    otherwise: 'A line that nobody could read swallows the record that it becomes later.',
    missing,
    async check(subject) {
      const line = 'PIN=1\tx'
      const all = [unparsed(line, {}), uploadOf('A', 'USERINFO', line), upload('A', parsed(line))]
      await hand(subject, ...all, ...all)
      await keepsLines(subject, all)
    },
  },
  {
    name: 'The same picture of two people is stored for both',
    otherwise: 'One of them has no photo, and nobody knows whose the other one is.',
    missing,
    async check(subject) {
      const both = [pictureOf('1'), pictureOf('2')]
      await hand(subject, ...both, ...both)
      await keepsLines(subject, both)
    },
  },
  {
    name: 'A photo that came as base64 is stored decoded and as it came',
    otherwise: 'The photo is a text that no program shows, or its record can not be read again.',
    missing,
    async check(subject) {
      const photo = `PIN=20261005065810-7.jpg\nCMD=realupload\0${PICTURE.toString('base64')}`
      const came = uploadOf('A', 'ATTPHOTO', photo)
      await hand(subject, came, came)
      await keepsLines(subject, [came])
    },
  },
]

const parsed = (line: string) => parseUpload(Buffer.from(line))
