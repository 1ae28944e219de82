import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'
import { contactBook } from '../../src/terminal/contact.js'
import type { Contact } from '../../src/terminal/storage.js'

const contact = (second: number, facts: Partial<Contact> = {}): Contact => ({
  serialNumber: 'A',
  kind: 'poll',
  at: new Date(Date.UTC(2026, 0, 1) + second * 1000),
  ...facts,
})
const secondOf = ({ at }: Contact) => (at.getTime() - Date.UTC(2026, 0, 1)) / 1000
const turn = () => new Promise((done) => setImmediate(done))

/** A contact book, and what reached storage. */
function bookOf(limit?: number, fails: (contact: Contact) => boolean = () => false) {
  const written: Contact[] = []
  const errors: unknown[] = []
  const book = contactBook(
    {
      async onContact(one) {
        if (fails(one)) throw new Error(`no disk at ${secondOf(one)}`)
        written.push(one)
      },
    },
    { onError: (error) => errors.push(error) },
    limit,
  )
  return { book, written, errors }
}

describe('A contact that may be skipped', () => {
  it('The contact is written once a minute', async () => {
    const { book, written } = bookOf()
    for (const second of [0, 10, 59, 60, 61, 119, 120, 500]) {
      book.writeIfDue(contact(second))
      await turn()
    }
    expect(written.map(secondOf)).toEqual([0, 60, 120, 500])
  })

  it('The contact is written immediately if it brings something new', async () => {
    const { book, written } = bookOf()
    const facts: Partial<Contact>[] = [
      { users: 1 },
      { users: 1 },
      {},
      { users: 2 },
      { address: '192.0.2.1' },
      { users: 2, address: '192.0.2.1' },
      { stamps: { ATTLOG: '1' } },
      { stamps: { ATTLOG: '1' } },
      { stamps: { OPERLOG: '1' } },
      { options: { A: '1' } },
      { options: { A: '1' } },
      { options: { A: '2' } },
      { family: 'access' },
      { family: 'access' },
    ]
    for (const [second, told] of facts.entries()) {
      book.writeIfDue(contact(second, told))
      await turn()
    }
    expect(written.map(secondOf)).toEqual([0, 3, 4, 6, 8, 9, 11, 12])
  })

  it('Each terminal is throttled by itself', async () => {
    const { book, written } = bookOf()
    for (const serialNumber of ['A', 'B', 'A', 'B']) book.writeIfDue(contact(1, { serialNumber }))
    await turn()
    expect(written.map(({ serialNumber }) => serialNumber)).toEqual(['A', 'B'])
  })

  it('The contact is written if the clock was set back', async () => {
    const { book, written } = bookOf()
    for (const second of [100, 10, 20]) {
      book.writeIfDue(contact(second))
      await turn()
    }
    expect(written.map(secondOf)).toEqual([100, 10])
  })

  it('A failure of storage is harmless: the error goes to onError, and the write is retried after 5 s', async () => {
    const { book, written, errors } = bookOf(undefined, (one) => secondOf(one) < 3)
    for (const second of [0, 1, 4, 5, 6]) {
      expect(() => book.writeIfDue(contact(second, { users: 1 }))).not.toThrow()
      await turn()
      await turn()
    }
    expect(errors).toEqual([new Error('no disk at 0')])
    expect(written.map(secondOf)).toEqual([5])
  })

  it('A contact counts as new again if storage failed with it, even after one that brought nothing', async () => {
    const { book, written } = bookOf(undefined, (one) => secondOf(one) === 0)
    for (const [second, facts] of [
      [0, { users: 1 }],
      [6, {}],
      [7, { users: 1 }],
      [8, { users: 1 }],
    ] as [number, Partial<Contact>][]) {
      book.writeIfDue(contact(second, facts))
      await turn()
      await turn()
    }
    expect(written.map(secondOf)).toEqual([6, 7])
  })

  it('A synchronous throw of storage is harmless', async () => {
    const errors: unknown[] = []
    const failure = new Error('no disk')
    const onContact = () => {
      throw failure
    }
    const book = contactBook({ onContact }, { onError: (error) => errors.push(error) })
    expect(() => book.writeIfDue(contact(0))).not.toThrow()
    await turn()
    await turn()
    expect(errors).toEqual([failure])
  })

  it('Contacts do not pile up behind storage that never answers', async () => {
    let calls = 0
    const book = contactBook({
      onContact: () => {
        calls++
        return new Promise(() => {})
      },
    })
    for (let second = 0; second < 1000; second++)
      book.writeIfDue(contact(second, { users: second }))
    await turn()
    expect(calls).toBe(1)
  })
})

describe('A contact that must be written', () => {
  it('The contact is written each time, and throttles those that may be skipped', async () => {
    const { book, written } = bookOf()
    await book.write(contact(0))
    await book.write(contact(1))
    book.writeIfDue(contact(2))
    await turn()
    expect(written.map(secondOf)).toEqual([0, 1])
  })

  it('A failure of storage rejects, and the contact counts as new again', async () => {
    const { book, written } = bookOf(undefined, (one) => secondOf(one) === 0)
    await expect(book.write(contact(0, { users: 1 }))).rejects.toThrow('no disk at 0')
    await book.write(contact(1, { users: 1 }))
    expect(written.map(secondOf)).toEqual([1])
  })

  it('Contacts are written in order, however long they take', async () => {
    const order: string[] = []
    let finish = () => {}
    const book = contactBook({
      async onContact({ users }) {
        order.push(`begin ${users}`)
        if (users === 1) await new Promise<void>((done) => (finish = done))
        order.push(`end ${users}`)
      },
    })
    const first = book.write(contact(0, { users: 1 }))
    const second = book.write(contact(1, { users: 2 }))
    await turn()
    expect(order).toEqual(['begin 1'])
    finish()
    await Promise.all([first, second])
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
  })
})

it('At most 1000 options of a terminal are kept, whatever it claims, and those continue to be kept', async () => {
  const adapter = memoryAdapter()
  const book = contactBook(adapter)
  const many = (name: string, value: string) =>
    Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`${name}${index}`, value]))
  for (const [second, name] of ['a', 'b', 'c', 'd'].entries()) {
    await book.write(contact(second, { options: many(name, '1') }))
  }
  await book.write(contact(9, { options: { ...many('e', '1'), ...many('a', '2') } }))
  const { options = {} } = adapter.findTerminal('A') ?? {}
  expect(Object.keys(options)).toHaveLength(1000)
  expect(options).toMatchObject({ ...many('a', '2'), ...many('b', '1') })
})

it('The LRU map is bounded, and forgets the terminal whose last request is the oldest', async () => {
  const { book, written } = bookOf(2)
  for (const serialNumber of ['A', 'B', 'A', 'C', 'A', 'B']) {
    book.writeIfDue(contact(1, { serialNumber }))
    await turn()
  }
  expect(written.map(({ serialNumber }) => serialNumber).join('')).toBe('ABCB')
})

it('Storage ends with what the last contacts reported, whatever the order of settling', async () => {
  const told = fc.record({ users: fc.integer({ min: 0, max: 3 }), slow: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 8 }), async (contacts) => {
      let kept = -1
      const slow = new Set<number>()
      const book = contactBook({
        async onContact(one) {
          if (slow.has(secondOf(one))) for (let turns = 0; turns < 5; turns++) await turn()
          kept = one.users ?? kept
        },
      })
      const noted: Promise<void>[] = []
      for (const [second, one] of contacts.entries()) {
        if (one.slow) slow.add(second)
        noted.push(book.write(contact(second, { users: one.users })))
      }
      await Promise.all(noted)
      expect(kept).toBe(contacts.at(-1)?.users)
    }),
    { numRuns: 30 },
  )
})

describe('A request with the fingerprint of an earlier one', () => {
  it('A quiet request can be skipped: storage has the same facts without it', async () => {
    interface Asked {
      step: number
      fails: boolean
      by: string
      users: number
      address: string
    }
    const request: fc.Arbitrary<Asked> = fc.record({
      step: fc.constantFrom(-100, 0, 1, 5, 30, 60),
      fails: fc.boolean(),
      by: fc.constantFrom('poll', 'upload', 'mention', 'note'),
      users: fc.integer({ min: 0, max: 2 }),
      address: fc.constantFrom('192.0.2.1', '192.0.2.2'),
    })
    const runOf = async (requests: readonly Asked[], asks: boolean) => {
      const failing = new Set<Contact>()
      const { book, written } = bookOf(undefined, (one) => failing.has(one))
      let second = 0
      let quiet = 0
      for (const { step, fails, by, users, address } of requests) {
        second += step
        const facts = by === 'upload' ? { stamps: { ATTLOG: `${users}` } } : { users }
        const one = contact(second, by === 'mention' ? facts : { ...facts, address })
        if (fails) failing.add(one)
        const trace = `${address} ${by} ${users}`
        if (by === 'note') await book.write(one).catch(() => {})
        else if (by === 'mention') book.writeIfDue(one)
        else if (asks && book.canSkip('A', trace, one.at)) quiet++
        else book.writeIfDue(one, trace)
        await turn()
        await turn()
      }
      return { written, quiet }
    }
    let quiet = 0
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 12 }), async (requests) => {
        const asked = await runOf(requests, true)
        quiet += asked.quiet
        expect(asked.written).toEqual((await runOf(requests, false)).written)
      }),
      { numRuns: 500 },
    )
    expect(quiet).toBeGreaterThan(0)
  })

  it('A request is never quiet if its fingerprint is too long to be remembered', async () => {
    const { book } = bookOf()
    for (const [length, isQuiet] of [
      [300, true],
      [301, false],
    ] as const) {
      const trace = 'a'.repeat(length)
      book.writeIfDue(contact(0), trace)
      await turn()
      expect(book.canSkip('A', trace, contact(1).at)).toBe(isQuiet)
    }
  })
})
