import { expect, inject, it } from 'vitest'
import { runCampaign } from './campaign.js'

const program = inject('mongodbProgram')
const onServer = it.skipIf(program === undefined)
const campaign = { kill: 'mongodb', kills: 3, seed: 7, program: program as never } as const

onServer(
  'a database that is killed again and again loses nothing that was answered OK',
  async () => {
    const report = await runCampaign({ ...campaign, broken: false })
    expect(report).toMatchObject({ lost: 0, twice: 0, givenUp: 0 })
    expect(report.acknowledged).toBe(3 * 108)
    expect(report.kept).toBe(report.acknowledged)
  },
)

onServer('an adapter that fulfils before the reply is kept is found out', async () => {
  const report = await runCampaign({ ...campaign, kills: 2, broken: true })
  expect(report.lost).toBeGreaterThan(0)
})
