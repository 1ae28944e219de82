import { describe, it } from 'vitest'
import { adapterContract } from '../src/contract.js'
import { memoryAdapter } from '../src/index.js'
import { linesOf } from './contract/whole.js'

describe('memoryAdapter', () => {
  const cases = adapterContract(() => {
    const adapter = memoryAdapter({ events: true })
    const { replies, unparsed } = adapter
    return { adapter, replies, unparsed, lines: () => linesOf(adapter) }
  })
  for (const { name, run } of cases) it(name, run)
})
