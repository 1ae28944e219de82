// Cases: the result of a query, whole and in packets.
import { deepEqual } from 'node:assert/strict'
import type { UploadStorage } from '../../upload/storage.js'
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
    name: "The packets of a terminal's command are found in the order in which they came",
    otherwise: 'The result of a query is never read, or is put together from that of another.',
    missing: missingPackets,
    async check(subject) {
      const packets = [
        packetUpload('A', '1', [2, 3], 'second'),
        packetUpload('A', '1', [1, 3], 'first\0\xff'),
        packetUpload('A', '1', [3, 3], 'second'),
        packetUpload('A', '1', [1, 3], 'of another table', 'biodata'),
        packetUpload('A', '1', [1, 2], 'of another count'),
        packetUpload('A', '1', [1, 3], 'again, and cut elsewhere'),
      ]
      const others = [
        packetUpload('B', '1', [1, 3], 'first\0\xff'),
        packetUpload('A', '01', [1, 3], 'x'),
      ]
      await finds(subject, 'A', '1', [])
      await hand(subject, ...packets.slice(0, 3), ...others, ...packets.slice(3))
      await hand(subject, ...packets, { ...uploadOf('A', 'USERINFO', 'PIN=1'), commandId: '1' })
      await finds(subject, 'A', '1', packets)
      await finds(subject, 'B', '1', others.slice(0, 1))
      await finds(subject, 'A', '01', others.slice(1))
      await finds(subject, 'a', '1', [])
    },
  },
]

async function finds(
  { adapter }: ContractSubject,
  serialNumber: string,
  commandId: string,
  uploads: readonly Upload[],
): Promise<void> {
  const storage = adapter as Partial<UploadStorage>
  const found = (await storage.findPackets?.(serialNumber, commandId)) ?? []
  const expected = uploads.flatMap(({ records }) => records.map(membersOf))
  deepEqual([...found].map(membersOf), expected)
}
