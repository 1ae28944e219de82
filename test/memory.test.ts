import { describe, it } from 'vitest'
import { adapterContract } from '../src/contract.js'
import { memoryAdapter } from '../src/index.js'
import { linesOf } from './contract/whole.js'
import { expectReading } from './support/reader.js'

describe('memoryAdapter', () => {
  const cases = adapterContract(() => {
    const adapter = memoryAdapter()
    return { ...adapter, adapter, lines: () => linesOf(adapter) }
  })
  for (const { name, run } of cases) it(name, run)
})

it('The lists for people have attendance of a day, uploads and unparsed lines by their filters', async () => {
  await expectReading(memoryAdapter())
})
