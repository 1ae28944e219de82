import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Bodies } from '../../src/endpoint/bodies.js'
import { handlerOf } from '../../src/endpoint/node.js'
import { memoryAdapter, uploadHandler } from '../../src/index.js'
import { receptionOf, uploadEndpoint } from '../../src/upload/handler.js'
import { partsOf } from '../../src/upload/joined.js'
import { readUpload } from '../../src/upload/parse.js'
import type { Upload } from '../../src/upload/upload.js'
import { send } from '../support/request.js'
import { serving } from '../support/server.js'
import { serve } from '../support/terminal.js'

const MB = 1024 * 1024

describe('The parts of a large result', () => {
  const LINES = [
    'USER PIN=1\tName=A',
    'user pin=7',
    'pin=7\tname=B',
    'size=3',
    '',
    ' ',
    'no pair',
    '\t=',
  ]
  const ENDS = ['\n', '\r\n', '\n\n']

  it('The parts together have the records that the result has', () => {
    const line = fc.tuple(fc.constantFrom(...LINES), fc.constantFrom(...ENDS))
    const texts = fc.array(line, { maxLength: 40 }).map((lines) => lines.flat().join(''))
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 60 }), (text, size) => {
        const whole = Buffer.from(text)
        const about = { table: 'tabledata', tableName: 'user', query: {} }
        const read = (body: Buffer) => {
          return readUpload(body, about, { encoding: 'utf-8', clock: undefined, most: 100 })
        }
        const parts = partsOf(whole, 'user', MB, size)
        expect(Buffer.concat(parts)).toEqual(whole)
        const parsed = parts.map(read)
        expect(parsed.flatMap(({ records }) => records)).toEqual(read(whole).records)
        expect(parsed.flatMap(({ unparsed }) => unparsed)).toEqual(read(whole).unparsed)
      }),
      { numRuns: 300 },
    )
  })

  it('What is no text is not cut, unless it is larger than a body may be', () => {
    const picture = Buffer.from('PNG\0\n\u0001\n'.repeat(100), 'latin1')
    expect(partsOf(picture, 'user', MB, 10)).toEqual([picture])
    expect(partsOf(picture, 'user', 100, 10).length).toBeGreaterThan(1)
  })
})

describe('A large result', () => {
  const path = (index: number, count: number) => {
    return `/iclock/querydata?SN=T1&type=tabledata&tablename=user&cmdid=7&packcnt=${count}&packidx=${index}`
  }
  const rows = (count: number, from = 0) => {
    const lines = Array.from({ length: count }, (_, index) => {
      return `user pin=${from + index}\tname=${'x'.repeat(300)}\n`
    })
    return lines.join('')
  }

  it('A large result is stored in parts, and other requests get a turn before each', async () => {
    const memory = memoryAdapter()
    const parts: { turn: number; records: number }[] = []
    let turn = 0
    let timer = setImmediate(function count() {
      turn++
      timer = setImmediate(count)
    })
    onTestFinished(() => clearImmediate(timer))
    const onUpload = (upload: Upload) => {
      if (upload.records[0]?.kind === 'fields') parts.push({ turn, records: upload.records.length })
      return memory.onUpload(upload)
    }
    const server = await serve(uploadHandler({ adapter: { ...memory, onUpload } }))
    for (const index of [1, 2, 3]) {
      const body = rows(3000, index * 10_000)
      expect((await send(server, { path: path(index, 3), body })).status).toBe(200)
    }
    expect(parts.reduce((sum, { records }) => sum + records, 0)).toBe(9000)
    expect(Math.max(...parts.map(({ records }) => records))).toBeLessThan(1000)
    expect(new Set(parts.map((part) => part.turn)).size).toBe(parts.length)
  })

  it('A result stays in its packets if it has too many fields', async () => {
    const adapter = memoryAdapter()
    const server = await serve(uploadHandler({ adapter, maxRecords: 10 }))
    const separators = '\t'.repeat(150)
    for (let index = 1; index <= 30; index++) {
      const body = `user pin=${index}${separators}\n`
      expect((await send(server, { path: path(index, 30), body })).status).toBe(200)
    }
    const kinds = adapter.received().flatMap(({ records }) => records.map(({ kind }) => kind))
    expect(new Set(kinds)).toEqual(new Set(['packet']))
  })

  it('A result stays in its packets if a line is longer than a body may be', async () => {
    const adapter = memoryAdapter()
    const server = await serve(uploadHandler({ adapter, limit: 1000 }))
    for (const [index, body] of ['user pin=1\tname=', 'x'.repeat(990), 'x\n'].entries()) {
      expect((await send(server, { path: path(index + 1, 3), body })).status).toBe(200)
    }
    const kinds = adapter.received().flatMap(({ records }) => records.map(({ kind }) => kind))
    expect(new Set(kinds)).toEqual(new Set(['packet']))
  })
})

describe('Results that are joined at the same time', () => {
  /**
   * A server whose storage says of some terminals how many bytes their results have, and finds those
   * when it is let to. Whoever waits for space does so for so many milliseconds.
   */
  async function start(bytesOf: Record<string, number>, patience: number) {
    const memory = memoryAdapter()
    const counted: string[] = []
    const finding: (() => void)[] = []
    let isOpen = false
    const adapter = {
      ...memory,
      async findPackets(...args: Parameters<typeof memory.findPackets>) {
        const [serialNumber, , { maxBytes }] = args
        const bytes = bytesOf[serialNumber] ?? 0
        if (bytes === 0) return memory.findPackets(...args)
        if (bytes > maxBytes) {
          counted.push(serialNumber)
          return bytes
        }
        if (!isOpen) await new Promise<void>((found) => finding.push(found))
        return []
      },
    }
    const options = { adapter, timeout: 0 }
    const bodies = new Bodies({ timeout: patience })
    const handler = handlerOf(uploadEndpoint(options, receptionOf(options, {}, bodies)))
    const server = await serving((req, res) => handler(req, res))
    const packet = (serialNumber: string, index = 1) => {
      const result = `type=tabledata&tablename=user&cmdid=7&packcnt=2&packidx=${index}`
      const body = `user pin=${index}\tname=Ada\n`
      return send(server, { path: `/iclock/querydata?SN=${serialNumber}&${result}`, body })
    }
    return {
      memory,
      counted,
      finding,
      packet,
      open() {
        isOpen = true
        for (const found of finding) found()
      },
    }
  }

  const large = { A: 64 * MB, B: 64 * MB, C: 64 * MB, D: 64 * MB }

  it('A packet that completes nothing, and a small result, pass four large ones', async () => {
    const { memory, finding, packet, open } = await start(large, 20)
    const held = Object.keys(large).map((serialNumber) => packet(serialNumber))
    await expect.poll(() => finding.length).toBe(4)
    expect((await packet('E')).status).toBe(200)
    expect((await packet('E', 2)).status).toBe(200)
    const records = memory.received().flatMap((upload) => upload.records)
    expect(records.filter(({ kind }) => kind === 'fields')).toHaveLength(2)
    expect(finding).toHaveLength(4)
    open()
    for (const { status } of await Promise.all(held)) expect(status).toBe(200)
  })

  it('A result for which there is no space in time is answered 503, and can come again', async () => {
    const { finding, packet, open } = await start({ ...large, E: MB }, 20)
    const held = Object.keys(large).map((serialNumber) => packet(serialNumber))
    await expect.poll(() => finding.length).toBe(4)
    expect(await packet('E')).toMatchObject({ status: 503, headers: { 'retry-after': '10' } })
    open()
    await Promise.all(held)
    expect((await packet('E')).status).toBe(200)
  })

  it('Results are joined up to a sum of bytes, however many they are', async () => {
    const bytesOf = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`T${index}`, 30 * MB]),
    )
    const { counted, finding, packet, open } = await start(bytesOf, 0)
    const all = Object.keys(bytesOf).map((serialNumber) => packet(serialNumber))
    await expect.poll(() => counted.length).toBe(12)
    expect((await packet('E')).status).toBe(200)
    expect(finding).toHaveLength(8)
    open()
    for (const { status } of await Promise.all(all)) expect(status).toBe(200)
    expect(finding).toHaveLength(8)
  })
})
