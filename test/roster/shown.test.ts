import { expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'
import type { PersonRow } from '../../src/roster/row.js'
import { show } from '../../src/roster/shown.js'
import type { Snapshot } from '../../src/roster/snapshot.js'
import { decode, personWrite } from '../../src/roster/write.js'

const SN = 'T1'
const NOW = new Date('2026-11-01')

/** The row of a person of ours whom a complete reading didn't show. */
async function unshown(user: PersonRow['facets'][string]): Promise<PersonRow | undefined> {
  const adapter = memoryAdapter()
  const content: PersonRow = { owner: 'ours', name: 'Ada', facets: { user } }
  const { row } = personWrite({ serialNumber: SN, pin: '7' }, undefined, content, 'present', NOW)
  await adapter.writeRoster([{ row }])
  const rows: Snapshot['rows'] = new Map([['7', decode<PersonRow>(row)]])
  const snapshot = { own: { content: { places: 0 } }, rows } as unknown as Snapshot
  const executing = { serialNumber: SN, adapter, now: NOW, commands: {}, newIds: () => [] }
  await show(snapshot, executing as never, { token: 'r', isStrict: false })
  return snapshot.rows.get('7')?.content
}

it('Who is not shown is gone, and sent again', async () => {
  const content = await unshown({ digest: 'd' })
  expect(content).toMatchObject({ isGone: true, facets: { user: { digest: 'lost' } } })
})

it('Who is not shown while he is on his way counts as there once that was answered', async () => {
  const content = await unshown({ digest: 'd', ids: ['1'], isIssued: true })
  expect(content?.isGone).toBeUndefined()
  expect(content?.facets.user).toMatchObject({ digest: 'd', ids: ['1'] })
})
