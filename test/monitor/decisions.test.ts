import { describe, expect, it } from 'vitest'
import type { VerificationRequest } from '../../src/index.js'
import { OTHER_SN, post, SN, watched } from '../support/watched.js'

const HEAD = `time=2026-10-05 06:58:10\tpin=7\tcardno=0`

const app = (decide: (question: VerificationRequest) => object) =>
  watched({
    personOf: (people) => people.map(({ pin }) => (pin === '7' ? 'Ada' : undefined)),
    router: { verification: { decide: decide as never }, onError: () => {} },
  })

async function view(url: string, query = '') {
  const answer = await fetch(`${url}view?view=decisions&${query}`)
  // biome-ignore lint/suspicious/noExplicitAny: the view of one test
  return ((await answer.json()) as any).view
}

describe('The view of decisions', () => {
  it('A row says who asked at which door, and what the terminal got', async () => {
    const { url, terminal } = await app(({ pin }) =>
      pin === '7' ? { allow: true, seconds: 9, tip: 'Hello' } : { allow: false },
    )
    const time = '2026-10-05 06:58:10'
    await terminal.handshake()
    await terminal.verify({ pin: '7', door: 2, time })
    await terminal.verify({ card: '4711', reader: 3, status: 1, verify: 1, time })
    const { list, terminals } = await view(url)
    expect(list.rows).toMatchObject([
      {
        ...{ serialNumber: SN, card: '4711', reader: 3, direction: 'out', verdict: 'denied' },
        ...{ ways: [['finger']], instant: Date.parse('2026-10-04T22:58:10Z') },
      },
      {
        ...{ pin: '7', person: 'Ada', door: 2, direction: 'in', verdict: 'allowed', time },
        ...{ opens: 2, seconds: 9, tip: 'Hello', ways: [['card']], event: 'verified' },
      },
    ])
    expect(list.rows[0]).not.toHaveProperty('opens')
    expect(list.rows[0]).not.toHaveProperty('pin')
    expect(terminals).toMatchObject([{ serialNumber: SN, name: 'Main entrance' }])
  })

  it('Rows are found by person, terminal, answer and time', async () => {
    const { url, terminal, other } = await app(({ pin }) => ({ allow: pin === '7' }))
    await terminal.verify({ pin: '7' })
    await other.verify({ pin: '7' })
    await other.verify({ pin: '8' })
    const count = async (query: string) => (await view(url, query)).list.rows.length
    expect(await count('')).toBe(3)
    expect(await count('person=7')).toBe(2)
    expect(await count(`sn=${OTHER_SN}`)).toBe(2)
    expect(await count('verdict=denied')).toBe(1)
    expect(await count('verdict=allowed&person=7')).toBe(2)
    expect(await count(`before=${Date.now() - 60_000}`)).toBe(0)
    expect((await fetch(`${url}view?view=decisions&verdict=maybe`)).status).toBe(400)
  })

  it('A line that is longer than a list shows loses no row, and no half of a value', async () => {
    const { url, origin } = await app(() => ({ allow: false, tip: 'x'.repeat(60) }))
    const long = `${HEAD}\taddrtype=2\teventaddr=3\tevent=0\tverifytype=4\textra=${'9'.repeat(600)}`
    const half = `${HEAD}\taddrtype=2\teventaddr=3\textra=${'9'.repeat(190)}\tevent=20${'0'.repeat(100)}`
    const ask = (line: string) =>
      fetch(`${origin}/iclock/cdata?SN=${SN}&AuthType=device`, { method: 'POST', body: line })
    await ask(long)
    await ask(half)
    const { list } = await view(url)
    expect(list.rows).toMatchObject([
      { pin: '7', time: '', ways: [], verdict: 'denied', tip: 'x'.repeat(60) },
      { pin: '7', door: 3, event: 'verified', verdict: 'denied', tip: 'x'.repeat(60) },
    ])
  })

  it('No terminal can upload a decision of its own', async () => {
    const { url, origin } = await app(() => ({ allow: false }))
    const line = `verdict=allowed\topens=1\t${HEAD}\tevent=0`
    await post(origin, 'cdata', line, 'table=door%20decision')
    expect((await view(url)).list.rows).toEqual([])
  })
})
