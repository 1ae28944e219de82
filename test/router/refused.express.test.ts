import express from 'express'
import request from 'supertest'
import { describe, expect, it, vi } from 'vitest'
import { type MemoryAdapter, memoryAdapter, terminalRouter } from '../../src/index.js'

const settled = () => new Promise((done) => setImmediate(() => setImmediate(done)))

function houseOf(own: Partial<MemoryAdapter> = {}) {
  const known = new Set(['KNOWN'])
  const errors: unknown[] = []
  const adapter: MemoryAdapter = { ...memoryAdapter(), ...own }
  const router = terminalRouter({
    adapter,
    authorize: (serialNumber) => known.has(serialNumber),
    onError: (error) => errors.push(error),
  })
  const app = express().set('trust proxy', true).set('env', 'test').use(router)
  const knock = async (serialNumber: string, address = '192.0.2.1', more = '') => {
    const path = `/iclock/cdata?SN=${serialNumber}&options=all${more}`
    const asked = request(app).get(path).set('X-Forwarded-For', address)
    const { status } = await asked
    await settled()
    return status
  }
  return { adapter, errors, known, knock, app }
}

describe('A terminal that authorize refuses', () => {
  it('The terminal is listed once it was refused, and not if it was let in', async () => {
    const { adapter, knock } = houseOf()
    expect(await knock('KNOWN')).toBe(200)
    expect(await knock('NEW1', '192.0.2.7', '&DeviceType=acc')).toBe(403)
    expect(await knock('NEW2', '2001:db8::1')).toBe(403)
    const rows = adapter.listRefused()
    expect(rows).toMatchObject([
      { serialNumber: 'NEW2', address: '2001:db8::1', times: 1 },
      { serialNumber: 'NEW1', address: '192.0.2.7', model: 'acc', times: 1 },
    ])
    expect(rows[0]).not.toHaveProperty('model')
    expect(adapter.listTerminals({}).rows).toHaveLength(1)
  })

  it('Every endpoint lists it, and a malformed request none', async () => {
    const { adapter, app } = houseOf()
    for (const [index, name] of ['getrequest', 'ping', 'registry', 'push'].entries()) {
      await request(app).get(`/iclock/${name}?SN=G${index}`).expect(403)
    }
    for (const [index, name] of ['cdata', 'devicecmd', 'querydata', 'fdata'].entries()) {
      await request(app).post(`/iclock/${name}?SN=P${index}`).expect(403)
    }
    await request(app).get('/iclock/getrequest').expect(400)
    await settled()
    expect(adapter.listRefused()).toHaveLength(8)
  })

  it('The terminal is written once a minute, with how often it was refused', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const { adapter, knock } = houseOf()
      for (let time = 0; time < 5; time++) await knock('NEW')
      expect(adapter.listRefused()).toMatchObject([{ times: 1 }])
      vi.setSystemTime(Date.now() + 60_000)
      await knock('NEW')
      expect(adapter.listRefused()).toMatchObject([{ times: 6 }])
    } finally {
      vi.useRealTimers()
    }
  })

  it('A stranger who tries serial numbers causes sixty writes a minute, and twenty rows', async () => {
    const memory = memoryAdapter()
    let writes = 0
    const { adapter, knock } = houseOf({
      onRefused(refusals) {
        writes++
        memory.onRefused(refusals)
      },
    })
    for (let index = 0; index < 80; index++) await knock(`S${index}`)
    expect(writes).toBe(60)
    expect(memory.listRefused()).toHaveLength(20)
    expect(adapter.listRefused()).toEqual([])
  })

  it('Storage that fails is reported, and answers nothing else', async () => {
    const { errors, knock } = houseOf({
      onRefused() {
        throw new Error('no disk')
      },
    })
    expect(await knock('NEW')).toBe(403)
    expect(errors).toMatchObject([{ message: 'no disk' }])
  })

  it('Storage that is slow gets one write at a time', async () => {
    let writes = 0
    const { knock } = houseOf({
      onRefused() {
        writes++
        return new Promise<never>(() => {}) as never
      },
    })
    for (let index = 0; index < 12; index++) expect(await knock(`S${index}`)).toBe(403)
    expect(writes).toBe(1)
  })

  it('An adapter without these calls serves terminals as before', async () => {
    const { knock } = houseOf({ onRefused: undefined } as never)
    expect(await knock('NEW')).toBe(403)
  })
})
