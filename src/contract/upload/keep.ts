// Cases: which lines of uploads are stored, and which of them were new.
import { deepEqual, ok } from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Upload, UploadRecord } from '../../upload/upload.js'
import { fails } from '../proof.js'
import { ALIKE_TERMINALS, textOf } from '../sample.js'
import { type Case, without } from '../subject.js'
import { everyKind } from './every-kind.js'
import { attendance, hand, keepsLines, membersOf, upload, uploadOf } from './sample.js'

const missing = without('lines')

export const KEEP_CASES: readonly Case[] = [
  {
    name: 'Every line of an upload is stored with the terminal that sent it, byte for byte',
    otherwise: 'Who came or went is lost though the terminal was told OK.',
    missing,
    async check(subject) {
      await hand(subject, ...everyKind())
      await keepsLines(subject, everyKind())
    },
  },
  {
    name: 'A repeated line is stored once',
    otherwise: 'A terminal that sends again makes two arrivals of one.',
    missing,
    async check(subject) {
      const [one, more] = [attendance('A', ['1', '2']), attendance('A', ['1', '2', '3'])]
      const twice = upload('B', {
        records: [...attendance('B', ['1']).records, ...attendance('B', ['1']).records],
        unparsed: [Buffer.from('what'), Buffer.from('what')],
      })
      await hand(subject, one, one, more, one, twice, twice)
      const [record] = twice.records
      ok(record)
      const once = upload('B', { records: [record], unparsed: [Buffer.from('what')] })
      await keepsLines(subject, [more, once])
    },
  },
  {
    name: 'Lines that differ in the terminal, a letter, a blank or the last of many bytes are told apart',
    otherwise: 'A record that looks like another one is thrown away as a duplicate.',
    missing,
    async check(subject) {
      const terminals = new Set(ALIKE_TERMINALS.flat())
      const long = `USER PIN=1\tName=${textOf(3000)}`
      const alike = [
        ...['USER PIN=1', 'USER PIN=01', 'USER pin=1', 'user PIN=1', 'USER PIN=1 ', 'USER  PIN=1'],
        ...['USER PIN=e', 'USER PIN=é', 'USER PIN=e\u0301', 'USER PIN=E', 'USER PIN=\uff11'],
        ...[`${long}a`, `${long}b`, long],
      ]
      const bytes = (text: string) => Buffer.from(text, 'latin1')
      const [at, photo] = ['2026-10-05 06:58', (name: string) => `PIN=${name}.jpg\nsize=3\nCMD=x\0`]
      const huge = `USER PIN=1\tName=${textOf(1_100_000)}`
      const same = bytes('PIN=1')
      const [record] = uploadOf('A', 'USERINFO', same).records
      ok(record)
      const uploads = [
        ...[
          '00\t0\t1',
          '01\t0\t1',
          '00\t1\t1',
          '00\t0\t15',
          '00\t0\t1\t7',
          '00\t0\t1\t0\t0\t9',
        ].map((rest) => {
          return uploadOf('A', 'ATTLOG', `1\t${at}:${rest}`)
        }),
        uploadOf('A', 'ATTLOG', bytes(`1\t${at}:00\t0\t1\t\xff`)),
        uploadOf('A', 'ATTLOG', bytes(`1\t${at}:00\t0\t1\t\xfe`)),
        ...['a-1', 'a-2'].flatMap((name) =>
          ['abc', 'abd', '\xff\xfe\xfd', '\xfd\xfe\xff'].map((content) => {
            return uploadOf('A', 'ATTPHOTO', bytes(photo(name) + content))
          }),
        ),
        ...['\xb0\xa1', '\xb0\xa2', '\xff', '\xfe'].map((name) =>
          uploadOf('A', 'OPERLOG', bytes(`USER PIN=1\tName=${name}`)),
        ),
        ...['userinfo', 'templatev10'].map((type) =>
          upload('A', { records: [{ ...record, type } as UploadRecord], unparsed: [] }),
        ),
        upload('A', {
          records: [],
          unparsed: [same, bytes('\xff'), bytes('\xfe'), bytes('é'), bytes('e\u0301')],
        }),
        ...[`${huge}a`, `${huge}b`].map((line) => uploadOf('A', 'OPERLOG', line)),
        ...[...terminals].map((terminal) => attendance(terminal, ['1'])),
        ...alike.map((line) => uploadOf('A', 'OPERLOG', line)),
        ...['x', 'X', ' x'].map((line) => {
          return upload('A', { records: [], unparsed: [Buffer.from(line)] })
        }),
      ]
      await hand(subject, ...uploads)
      await keepsLines(subject, uploads)
    },
  },
  {
    name: 'Every line of a large upload is stored, and of many small ones',
    otherwise: 'What exceeds a limit of the database is dropped, and the terminal was told OK.',
    missing,
    async check(subject) {
      const pins = Array.from({ length: 2500 }, (_, index) => `${index}`)
      const unparsed = pins.map((pin) => Buffer.from(`what is ${pin}`))
      const large = { ...attendance('A', pins), unparsed }
      const small = Array.from({ length: 120 }, (_, index) => attendance('B', [`${index}`]))
      await hand(subject, large, ...small)
      await keepsLines(subject, [large, ...small])
    },
  },
  {
    name: 'onUpload fulfills only when every line can be read back',
    otherwise: 'The terminal reads OK and forgets lines that a crash at this moment loses.',
    missing,
    async check(subject) {
      const kept: Upload[] = []
      for (let turn = 0; turn < 4; turn++) {
        const next = attendance(`terminal ${turn}`, ['1', '2', '3', '4', '5'])
        await hand(subject, next)
        kept.push(next)
        await keepsLines(subject, kept)
      }
    },
  },
  {
    name: 'An upload that cannot be stored rejects',
    otherwise: 'It swallows errors: the terminal reads OK and forgets what storage never had.',
    missing,
    async check(subject) {
      const broken = { ...attendance('A', ['1']), records: [undefined as never] }
      await fails('onUpload', () => hand(subject, broken))
      // What can be read, but not stored by every database.
      for (const [index, spoilt] of [
        { raw: undefined },
        { raw: 7 },
        { type: Symbol('no text') },
      ].entries()) {
        const came = attendance(`terminal ${index}`, ['1'])
        const records = came.records.map(
          (record) => ({ ...record, ...spoilt }) as unknown as UploadRecord,
        )
        try {
          await hand(subject, { ...came, records })
        } catch {
          continue
        }
        const kept = await (async () => subject.lines?.())().catch(() => undefined)
        const isStored =
          kept?.some(({ serialNumber }) => serialNumber === came.serialNumber) ?? true
        ok(isStored, `a record with ${inspect(spoilt)} was neither stored nor refused`)
      }
    },
  },
  {
    name: 'Records are reported as new only if they were, if at all',
    otherwise:
      'afterUpload is called again for each duplicate, or never: a mail goes out twice, or none does.',
    async check(subject) {
      const [first, more] = [attendance('A', ['1', '2']), attendance('A', ['1', '2', '3', '4'])]
      const twice = upload('B', { records: [...first.records, ...first.records], unparsed: [] })
      const said = await hand(
        subject,
        first,
        first,
        more,
        attendance('C', ['1', '2']),
        twice,
        twice,
      )
      if (said.every((records) => records === undefined)) return
      const shown = said.map((records) => records?.map(membersOf) ?? 'nothing, which counts as all')
      const expected = [first.records, [], more.records.slice(2), first.records, first.records, []]
      deepEqual(
        shown,
        expected.map((records) => records.map(membersOf)),
      )
    },
  },
]
