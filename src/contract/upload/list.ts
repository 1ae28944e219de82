// Cases: uploads are listed for people, if the adapter can.
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { KeptUpload, KeptUploadFilter } from '../../kept.js'
import type { UploadStorage } from '../../upload/storage.js'
import { pagesOf, refusesMembers } from '../page.js'
import { bytesOf } from '../proof.js'
import { textOf } from '../sample.js'
import type { Case, ContractSubject } from '../subject.js'
import { attendance, hand, received, upload, uploadOf } from './sample.js'

const storageOf = ({ adapter }: ContractSubject) => adapter as Partial<UploadStorage>

const missing = (subject: ContractSubject) => {
  return storageOf(subject).listUploads ? undefined : 'the adapter has no listUploads'
}

const uploads = (subject: ContractSubject) => async (filter: KeptUploadFilter) => {
  const { listUploads } = storageOf(subject)
  ok(listUploads)
  return listUploads.call(subject.adapter, filter)
}

const PHOTO = 'PIN=20261005065810-7.jpg\nSN=A\nsize=3\nCMD=uploadphoto\0abc'

export const UPLOAD_LIST_CASES: readonly Case[] = [
  {
    name: 'The pages of other uploads hold every line once, by kind, type and person',
    otherwise: 'People look for a photo, and read two thousand whole uploads instead.',
    missing,
    async check(subject) {
      const users = ['PIN=7\tName=Ada', 'PIN=70\tName=Bob', 'Name=nobody'].map(
        (row) => `USER ${row}`,
      )
      const oplog = 'OPLOG 9\t1\t2026-10-05 07:00:00\t7\t0\t0\t0'
      const came = [
        uploadOf('A', 'OPERLOG', [...users, oplog].join('\n')),
        uploadOf('A', 'ATTPHOTO', PHOTO),
        upload('A', { records: [], unparsed: [Buffer.from('what\0\xff')] }),
        uploadOf('B', 'OPERLOG', users[0] ?? ''),
        attendance('A', ['7']),
      ]
      for (const [index, each] of came.entries()) {
        await hand(subject, { ...each, receivedAt: received(index) })
      }
      const all = ['user 7', 'unparsed', 'attphoto 7', 'oplog 7', 'user', 'user 70', 'user 7']
      const cases: [KeptUploadFilter, string[]][] = [
        [{}, all],
        [{ kind: 'file' }, ['attphoto 7']],
        [{ kind: 'unparsed' }, ['unparsed']],
        [{ kind: 'operation', serialNumber: 'B' }, []],
        [{ type: 'user' }, ['user 7', 'user', 'user 70', 'user 7']],
        [{ type: 'USER' }, []],
        [{ type: 'user', pin: '7', serialNumber: 'A' }, ['user 7']],
        [{ pin: '7' }, ['user 7', 'attphoto 7', 'oplog 7', 'user 7']],
        [{ pin: '007' }, []],
        [{ since: received(2) }, ['user 7', 'unparsed']],
        [{ before: received(1) }, ['oplog 7', 'user', 'user 70', 'user 7']],
      ]
      for (const [filter, expected] of cases) {
        const { rows } = await uploads(subject)(filter)
        deepEqual(rows.map(nameOf), expected, JSON.stringify(filter))
      }
      const pages = await pagesOf(uploads(subject), { limit: 2 })
      deepEqual(pages.flat().map(nameOf), all)
      // The limit is that of what is asked for, not of that among which it is.
      const many = Array.from({ length: 1010 }, (_, index) => Buffer.from(`${index}`))
      const junk = upload('C', { records: [], unparsed: many })
      await hand(subject, { ...junk, receivedAt: received(20) })
      for (const [filter, [first]] of cases) {
        if (!Object.keys(filter).some((name) => /kind|type|pin|before/.test(name))) continue
        if (filter.kind === 'unparsed') continue
        const { rows } = await uploads(subject)({ ...filter, limit: 1 })
        deepEqual(rows.map(nameOf), first === undefined ? [] : [first], JSON.stringify(filter))
      }
      const lines = await pagesOf(uploads(subject), { serialNumber: 'C', limit: 1000 })
      deepEqual(
        lines.flat().map(({ raw }) => bytesOf(raw)),
        many.map(bytesOf).reverse(),
      )
    },
  },
  {
    name: 'A list of uploads shows the beginning of each, and how large it is',
    otherwise: 'A look at a hundred photos reads three hundred megabytes.',
    missing,
    async check(subject) {
      const large = Buffer.concat([Buffer.from(PHOTO), Buffer.alloc(4_000_000, 7)])
      const long = Buffer.from(`\xff${textOf(500_000)}`, 'latin1')
      const photo = uploadOf('A', 'ATTPHOTO', large)
      const [record] = photo.records
      await hand(subject, { ...photo, receivedAt: received(0) })
      const junk = upload('A', { records: [], unparsed: [long] })
      await hand(subject, { ...junk, receivedAt: received(1) })
      const { rows } = await uploads(subject)({})
      const shown = rows.map(({ kind, type, size, raw }) => [kind, type, size, bytesOf(raw)])
      deepEqual(shown, [
        ['unparsed', '', long.length, bytesOf(long.subarray(0, 400))],
        ['file', 'attphoto', record?.raw.length, bytesOf(record?.raw.subarray(0, 400) ?? long)],
      ])
      equal(rows[1]?.raw.length, 400)
      deepEqual(rows[1]?.receivedAt, received(0))
      deepEqual(rows[1]?.instant, new Date('2026-10-04T22:58:10Z'))
    },
  },
  {
    name: 'A list of uploads refuses members that it does not know',
    otherwise: 'A filter with a typing error reads everything that was ever uploaded.',
    missing,
    async check(subject) {
      await refusesMembers('listUploads', uploads(subject))
    },
  },
]

const nameOf = ({ kind, type, pin }: KeptUpload) => {
  return [type || kind, pin].filter((part) => part !== undefined).join(' ')
}
