// Cases: the result of a query, whole and in packets.
import { deepEqual } from 'node:assert/strict'
import type { PacketSet, UploadStorage } from '../../upload/storage.js'
import type { Upload } from '../../upload/upload.js'
import type { Case, ContractSubject } from '../subject.js'
import { without } from '../subject.js'
import { attendance, hand, keepsLines, membersOf, packetUpload, uploadOf } from './sample.js'

const missingPackets = ({ adapter }: ContractSubject) => {
  return 'findPackets' in adapter ? undefined : 'the adapter has no findPackets'
}

export const QUERY_CASES: readonly Case[] = [
  {
    name: 'The same rows are stored for each query that they answer, and attendance once',
    otherwise:
      'The second of two queries seems to have found nobody, or people seem to have come twice.',
    missing: without('lines'),
    async check(subject) {
      const rows = uploadOf('A', 'USERINFO', 'PIN=1\tName=Ada\nPIN=2\tName=Bob')
      const [first, second] = [
        { ...rows, commandId: '1' },
        { ...rows, commandId: '2' },
      ]
      const came = attendance('A', ['1', '2'])
      await hand(subject, first, second, first, second, rows, rows)
      await hand(subject, { ...came, commandId: '1' }, came, { ...came, commandId: '2' })
      await keepsLines(subject, [first, second, rows, came])
    },
  },
  {
    name: "The packets of a terminal's command are found once all of them came, in their order",
    otherwise: 'The result of a query is never read, or is put together from that of another.',
    missing: missingPackets,
    async check(subject) {
      const packets = [
        packetUpload('A', '1', [2, 3], 'second'),
        packetUpload('A', '1', [3, 3], 'third'),
      ]
      const last = packetUpload('A', '1', [1, 3], 'first\0\xff')
      const others = [
        packetUpload('A', '1', [1, 3], 'of another table', 'biodata'),
        packetUpload('A', '1', [1, 3], 'of a table in capitals', 'USER'),
        packetUpload('A', '1', [1, 2], 'of another count'),
        packetUpload('B', '1', [1, 3], 'of another terminal'),
        packetUpload('a', '1', [1, 3], 'of another terminal'),
        packetUpload('A', '01', [1, 3], 'of another command'),
        { ...uploadOf('A', 'USERINFO', 'PIN=1'), commandId: '1' },
      ]
      await finds(subject, [])
      await hand(subject, ...packets, ...others, ...packets)
      await finds(subject, [])
      await hand(subject, last)
      await finds(subject, [last, ...packets])
      for (const other of ['USER', 'biodata', 'use', 'user ']) {
        await finds(subject, [], { table: other })
      }
      for (const count of [1, 2, 4]) await finds(subject, [], { count })
    },
  },
  {
    name: 'Of two packets with one number the later one counts',
    otherwise: 'Rows that the terminal sent anew, and cut elsewhere, are read from two answers.',
    missing: missingPackets,
    async check(subject) {
      const first = packetUpload('A', '1', [1, 2], 'PIN=1\tNa')
      const second = packetUpload('A', '1', [2, 2], 'me=Ada')
      const again = packetUpload('A', '1', [1, 2], 'PIN=1\t')
      const rest = packetUpload('A', '1', [2, 2], 'Name=Ada')
      await hand(subject, first, second)
      const two = { count: 2 }
      await finds(subject, [first, second], two)
      await hand(subject, again)
      await finds(subject, [again, second], two)
      await hand(subject, rest)
      await finds(subject, [again, rest], two)
    },
  },
  {
    name: 'Packets that have more bytes together than was asked for are not read, but counted',
    otherwise:
      'The last eleven bytes of a large result end the process, each time they come again.',
    missing: missingPackets,
    async check(subject) {
      const bytes = Buffer.alloc(1_000_000, 'PIN=1\n')
      const packets = [1, 2, 3, 4].map((index) => packetUpload('A', '1', [index, 5], bytes))
      const last = packetUpload('A', '1', [5, 5], 'PIN=2')
      await hand(subject, ...packets, last)
      const whole = [...packets, last]
      for (const maxBytes of [1, 4_000_004]) await finds(subject, 4_000_005, { count: 5, maxBytes })
      await finds(subject, whole, { count: 5, maxBytes: 4_000_005 })
      const smaller = packetUpload('A', '1', [2, 5], 'PIN=3')
      await hand(subject, smaller)
      await finds(subject, 3_000_010, { count: 5, maxBytes: 3_000_009 })
      const [first, _, ...rest] = whole
      const mended = [first, smaller, ...rest].filter((one) => one !== undefined)
      await finds(subject, mended, { count: 5, maxBytes: 3_000_010 })
    },
  },
  {
    name: 'The lines of a whole set of packets are added up, however large it is, but not of one with a gap',
    otherwise: 'A terminal sends a hundred megabytes five times, and nothing else for hours.',
    missing: ({ adapter }) => {
      return 'sumPackets' in adapter ? undefined : 'the adapter has no sumPackets'
    },
    async check(subject) {
      const bytes = Buffer.alloc(1_000_000, 'PIN=1\n')
      const [first, second] = [
        packetUpload('A', '1', [1, 3], bytes, 'user', 166_666),
        packetUpload('A', '1', [2, 3], 'PIN=2\nP', 'user', 1),
      ]
      const others = [
        packetUpload('A', '1', [3, 3], 'PIN=3', 'biodata', 1),
        packetUpload('A', '1', [3, 4], 'PIN=3', 'user', 1),
        packetUpload('B', '1', [3, 3], 'PIN=3', 'user', 1),
        packetUpload('A', '2', [3, 3], 'PIN=3', 'user', 1),
      ]
      await sums(subject, undefined)
      await hand(subject, second, ...others, first, second)
      await sums(subject, undefined)
      await hand(subject, packetUpload('A', '1', [3, 3], 'IN=3\nPIN=4\n', 'user', 2))
      await sums(subject, 166_669)
      // Of two with one number the later one counts.
      await hand(subject, packetUpload('A', '1', [2, 3], 'P', 'user', 0))
      await sums(subject, 166_668)
      await hand(subject, packetUpload('A', '1', [1, 3], '\0'))
      await sums(subject, undefined)
    },
  },
  {
    name: 'A result in a thousand packets is found whole',
    otherwise: 'Of many thousand people, those behind the last that is read seem to be gone.',
    missing: missingPackets,
    async check(subject) {
      const packets = Array.from({ length: 1010 }, (_, index) => {
        return packetUpload('A', '1', [index + 1, 1010], `PIN=${index}`)
      })
      const [first] = packets
      if (first === undefined) return
      // Storage sees records: that those of a result come one by one is not its concern.
      const records = packets.flatMap((packet) => packet.records)
      await hand(subject, { ...first, records: records.slice(1) }, first)
      await finds(subject, packets, { count: 1010 })
    },
  },
]

async function sums({ adapter }: ContractSubject, expected: number | undefined): Promise<void> {
  const storage = adapter as Partial<UploadStorage>
  const sum = await storage.sumPackets?.('A', '1', { table: 'user', count: 3 })
  deepEqual(sum ?? undefined, expected)
}

async function finds(
  { adapter }: ContractSubject,
  expected: readonly Upload[] | number,
  set: Partial<PacketSet> = {},
): Promise<void> {
  const storage = adapter as Partial<UploadStorage>
  const asked = { table: 'user', count: 3, maxBytes: 16_000_000, ...set }
  const found = (await storage.findPackets?.('A', '1', asked)) ?? []
  const shown = typeof found === 'number' ? found : [...found].map(membersOf)
  const whole =
    typeof expected === 'number'
      ? expected
      : expected.flatMap(({ records }) => records.map(membersOf))
  deepEqual(shown, whole, JSON.stringify(asked))
}
