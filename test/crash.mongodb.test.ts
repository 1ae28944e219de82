import { describe, expect, inject, it } from 'vitest'
import { runCampaign } from '../checks/crash.js'

const hasDatabase = inject('mongodbProgram') !== undefined
const campaign = { kills: 3, seed: 7 }

describe.each([
  ['an app', { ...campaign, kill: 'app' }, true],
  ['a database', { ...campaign, kill: 'mongodb' }, hasDatabase],
] as const)('%s that is killed again and again', (_what, killing, isThere) => {
  it.skipIf(!isThere)('loses nothing that was answered OK, and keeps nothing twice', async () => {
    const report = await runCampaign({ ...killing, broken: false })
    expect(report).toMatchObject({ lost: 0, twice: 0, givenUp: 0 })
    expect(report.acknowledged).toBe(3 * 108)
    expect(report.kept).toBe(report.acknowledged)
  })

  it.skipIf(!isThere)('is found out where it answers before the reply is kept', async () => {
    const report = await runCampaign({ ...killing, kills: 2, broken: true })
    expect(report.lost).toBeGreaterThan(0)
  })
})
