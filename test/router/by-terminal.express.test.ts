import express, { type ErrorRequestHandler } from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import {
  commandQueue,
  memoryAdapter,
  type TerminalRouterOptions,
  terminalRouter,
} from '../../src/index.js'

const onError: ErrorRequestHandler = ({ status = 500, message }, _req, res, _next) => {
  res.status(status).type('text/plain').send(message)
}

function appWith(options: Partial<TerminalRouterOptions>) {
  const adapter = memoryAdapter()
  const errors: unknown[] = []
  const report = (error: unknown) => errors.push(error)
  const app = express()
    .use(terminalRouter({ adapter, onError: report, ...options }))
    .use(onError)
  const get = async (path: string) => (await request(app).get(`/iclock/${path}`)).text
  const poll = async (serialNumber: string) => {
    const path = `/iclock/getrequest?SN=${serialNumber}`
    const answer = await request(app)
      .get(path)
      .buffer(true)
      .parse((res, done) => {
        const octets: Buffer[] = []
        res.on('data', (bytes) => octets.push(bytes))
        res.on('end', () => done(null, Buffer.concat(octets)))
      })
    return (answer.body as Buffer).toString('latin1')
  }
  const post = async (path: string, body: string | Buffer) => {
    const sent = request(app).post(`/iclock/${path}`).set('Content-Type', 'text/plain')
    return (await sent.serialize((octets) => octets).send(body as never)).text
  }
  return { adapter, errors, get, post, poll }
}

/** Each way in which a function may answer. */
const WAYS = [
  ['at once', <Value>(value: Value) => value],
  ['later', async <Value>(value: Value) => value],
] as const

const thai = Buffer.from('USER PIN=7\tName=\xca\xc1\xaa\xd2\xc2\n', 'latin1')

describe.each(WAYS)('What describes a terminal, answered %s', (_, answered) => {
  const isThai = (serialNumber: string) => serialNumber === 'T'

  it('The encoding of an upload is that of its terminal', async () => {
    const encoding = (serialNumber: string) =>
      answered(isThai(serialNumber) ? 'windows-874' : undefined)
    const { adapter, post } = appWith({ encoding })
    for (const serialNumber of ['T', 'U']) {
      expect(await post(`cdata?SN=${serialNumber}&table=OPERLOG`, thai)).toBe('OK: 1')
    }
    const names = adapter.received().map(({ records: [record] }) => {
      return record?.kind === 'fields' && record.fields.Name
    })
    expect(names).toEqual(['สมชาย', '\ufffd'.repeat(5)])
  })

  it('The encoding of a reply is that of its terminal', async () => {
    const { adapter, post } = appWith({ encoding: () => answered('windows-874') })
    const body = Buffer.from('ID=1&Return=0&CMD=DATA&Name=\xca\xc1', 'latin1')
    expect(await post('devicecmd?SN=T', body)).toBe('OK')
    expect(adapter.replies()[0]?.fields).toEqual({ Name: 'สม' })
  })

  it('The encoding of a command is that of its terminal, unless the queue named one', async () => {
    const { adapter, poll } = appWith({ encoding: () => answered('windows-874') })
    const text = 'DATA UPDATE USERINFO PIN=7\tName=สม'
    await commandQueue(adapter).issue('T', { text })
    expect(await poll('T')).toMatch(/Name=\xca\xc1\n$/)
    await commandQueue(adapter, { encoding: () => answered('utf-8') }).issue('U', { text })
    expect(await poll('U')).toMatch(/Name=\xe0\xb8\xaa\xe0\xb8\xa1\n$/)
  })

  it('The zone of a handshake, of an upload and of the clock is that of its terminal', async () => {
    const timeZone = (serialNumber: string) =>
      answered(isThai(serialNumber) ? 'Asia/Bangkok' : '-05:00')
    const { adapter, get, post } = appWith({ timeZone })
    expect(await get('cdata?SN=T&options=all&pushver=2.4.1')).toContain('\nTimeZone=7\n')
    expect(await get('cdata?SN=U&options=all&pushver=2.4.1')).toContain('\nTimeZone=-5\n')
    expect(await get('rtdata?SN=U&type=time')).toMatch(/,ServerTZ=-0500$/)
    await post('cdata?SN=T&table=ATTLOG', '7\t2026-11-29 08:00:00\t0\t1\n')
    expect(adapter.received()[0]?.records[0]).toMatchObject({
      instant: new Date('2026-11-29T01:00:00Z'),
    })
  })

  it('The handshake has words, digits, tables and a version that this package does not know', async () => {
    const { get } = appWith({
      handshake: ({ serialNumber }) => {
        if (serialNumber === 'D') return answered({ transFlag: '1101101100' })
        return answered({
          transFlag: ['AttLog', 'OpLog', 'FVEIN', 'EnrollFACE'],
          transTables: ['User', 'Facev7', 'templatev10'],
          pushProtVer: '3.1.2',
        })
      },
    })
    expect(await get('cdata?SN=D&options=all&pushver=3.0.1')).toContain('\nTransFlag=1101101100\n')
    const block = await get('cdata?SN=W&options=all&pushver=2.4.1')
    expect(block).toContain('\nTransFlag=TransData AttLog\tOpLog\tFVEIN\tEnrollFACE\n')
    expect(block).toContain('\nPushProtVer=3.1.2\n')
    expect(await get('cdata?SN=W&options=all')).toContain('\nTransFlag=1100000000\n')
    const door = await get('cdata?SN=A&options=all&pushver=3.0.1&DeviceType=acc')
    expect(door).toContain('\nPushProtVer=3.1.2\n')
    expect(door).toContain('\nTransTables=User Facev7 templatev10\n')
  })

  it('The acknowledgement has the form that the terminal expects', async () => {
    const { post } = appWith({
      acknowledgements: (serialNumber) => {
        if (serialNumber === 'T') return answered({ User: 'OK', userpic: 'table=n' })
        return answered(serialNumber === 'C' ? { tabledata: 'OK: n' } : undefined)
      },
    })
    const row = 'user pin=21\tname=A B\n'
    const users = 'table=tabledata&tablename=user&count=1'
    expect(await post(`cdata?SN=T&${users}`, row)).toBe('OK')
    expect(await post('cdata?SN=T&table=userpic', 'userpic pin=7\tsize=0\tcontent=\n')).toBe(
      'userpic=1',
    )
    expect(await post('cdata?SN=T&table=tabledata&tablename=biodata&count=9', 'x\n')).toBe(
      'biodata=9',
    )
    expect(await post(`cdata?SN=C&${users}`, row)).toBe('OK: 1')
    expect(await post(`cdata?SN=U&${users}`, row)).toBe('user=1')
  })
})

describe('A function that is wrong', () => {
  it.each<[Partial<TerminalRouterOptions>, RegExp]>([
    [{ timeZone: async () => 'Manila' }, /for terminal "A", option "timeZone" is "Manila"/],
    [{ handshake: async () => ({ delay: 0 }) }, /for terminal "A", option "delay" is 0/],
    [{ handshake: () => ({ pace: 1 }) as never }, /for terminal "A", there is no option "pace"/],
    [
      { timeZone: () => new Promise<never>(() => {}), timeout: 100 },
      /No response from option "timeZone" within 100 ms/,
    ],
  ])(
    'A handshake is answered with an error that names the option and the terminal',
    async (options, message) => {
      const { get } = appWith(options)
      expect(await get('cdata?SN=A&options=all')).toMatch(message)
    },
  )

  it.each<[Partial<TerminalRouterOptions>, RegExp]>([
    [{ encoding: async () => 'thai' }, /for terminal "A", option "encoding" is "thai"/],
    [{ timeZone: () => 8 as never }, /for terminal "A", option "timeZone" is 8/],
    [
      { acknowledgements: () => ({ attlog: 'ok' }) as never },
      /for terminal "A", option "acknowledgements.attlog" is "ok"; expected "OK" or "OK: n" or/,
    ],
    [
      { encoding: () => new Promise<never>(() => {}), timeout: 100 },
      /No response from option "encoding" within 100 ms/,
    ],
  ])(
    'An upload is answered with an error that names the option and the terminal',
    async (options, message) => {
      const { post } = appWith(options)
      expect(await post('cdata?SN=A&table=ATTLOG', '7\t2026-11-29 08:00:00\t0\t1\n')).toMatch(
        message,
      )
    },
  )

  it('A poll for commands of another encoding is answered with such an error', async () => {
    const { adapter, poll } = appWith({ encoding: async () => 'utf-16' })
    expect(await poll('A')).toBe('OK')
    await commandQueue(adapter).issue('A', { text: 'CHECK' })
    expect(await poll('A')).toMatch(/for terminal "A", option "encoding" is "utf-16"/)
  })

  it('A queue refuses a command with such an error', async () => {
    const adapter = memoryAdapter()
    const commands = commandQueue(adapter, { commandIds: async () => 'hex' as never })
    await expect(commands.issue('A', { text: 'CHECK' })).rejects.toThrow(
      /for terminal "A", option "commandIds" is "hex"; expected "text", "number"/,
    )
  })

  it('A plain value is refused when the router is made', () => {
    const adapter = memoryAdapter()
    expect(() => terminalRouter({ adapter, commandIds: 'hex' as never })).toThrow(
      'option "commandIds" is "hex"',
    )
    expect(() => terminalRouter({ adapter, acknowledgements: 'OK' as never })).toThrow(
      'option "acknowledgements" is "OK"; expected an object of forms by table',
    )
    expect(() => terminalRouter({ adapter, acknowledgements: { 'a b': 'OK' } })).toThrow(
      'option "acknowledgements" is "a b"; expected names of tables',
    )
  })
})

it('The commands of the router itself have the ids that a terminal reads', async () => {
  let timeZone = '+02:00'
  const { adapter, get, poll } = appWith({
    timeZone: async () => timeZone,
    commandIds: async () => 'number' as const,
  })
  await get('cdata?SN=A&options=all&pushver=2.4.1')
  timeZone = '+01:00'
  expect(await poll('A')).toBe('OK')
  await expect.poll(async () => (await adapter.listCommands({}, new Date())).rows.length).toBe(1)
  expect(await poll('A')).toBe('C:1:CHECK\n')
})

describe('What a terminal is', () => {
  const HELLO = 'options=all&pushver=2.4.1'
  const PUNCH = '7\t2026-11-29 08:00:00\t0\t1\n'
  const requests: [string, string | undefined][] = [
    ['rtdata?SN=A&type=time', undefined],
    ['push?SN=A', undefined],
    ['registry?SN=A', 'MAC=1'],
    ['cdata?SN=A&table=tabledata&tablename=user&count=1', 'user pin=1\n'],
    ['cdata?SN=A&table=rtlog', 'time=2026-11-29 08:00:00\tpin=1\n'],
    ['querydata?SN=A&type=tabledata&tablename=user&cmdid=1', 'user pin=1\n'],
  ]
  const settled = () => new Promise((done) => setImmediate(done))

  it.each(requests)('A time clock that sent attendance stays one after %s', async (path, body) => {
    const { adapter, get, post } = appWith({})
    expect(await get(`cdata?SN=A&${HELLO}`)).toMatch(/^GET OPTION FROM/)
    await post('cdata?SN=A&table=ATTLOG', PUNCH)
    await (body === undefined ? get(path) : post(path, body))
    await settled()
    expect(adapter.findTerminal('A')).toMatchObject({ family: 'attendance', familyRank: 'proved' })
    expect(await get(`cdata?SN=A&${HELLO}`)).toMatch(/^GET OPTION FROM/)
  })

  it.each(requests.slice(1))(
    'A terminal looks like a door after %s, until it proves what it is',
    async (path, body) => {
      const { adapter, get, post } = appWith({})
      await (body === undefined ? get(path) : post(path, body))
      await settled()
      expect(adapter.findTerminal('A')).toMatchObject({ family: 'access', familyRank: 'seen' })
      await post('cdata?SN=A&table=ATTLOG', '')
      await settled()
      expect(await get(`cdata?SN=A&${HELLO}`)).toMatch(/^registry=ok/)
      await post('cdata?SN=A&table=ATTLOG', PUNCH)
      await settled()
      expect(await get(`cdata?SN=A&${HELLO}`)).toMatch(/^GET OPTION FROM/)
    },
  )

  it.each([
    [`cdata?SN=A&${HELLO}&DeviceType=acc`, undefined],
    ['registry?SN=A', 'DeviceType=acc,MAC=1'],
    ['cdata?SN=A&table=options', 'DeviceType=acc,MAC=1'],
    ['devicecmd?SN=A', 'ID=1&Return=0&CMD=INFO\nDeviceType=acc\nMAC=1\n'],
  ])('A terminal that states what it is stays so, whatever it sends: %s', async (path, body) => {
    const { adapter, get, post } = appWith({})
    await (body === undefined ? get(path) : post(path, body))
    await settled()
    await post('cdata?SN=A&table=ATTLOG', PUNCH)
    await settled()
    expect(adapter.findTerminal('A')).toMatchObject({ family: 'access', familyRank: 'stated' })
    expect(await get(`cdata?SN=A&${HELLO}`)).toMatch(/^registry=ok/)
    // The latest statement counts.
    expect(await get(`cdata?SN=A&${HELLO}&DeviceType=att`)).toMatch(/^GET OPTION FROM/)
  })

  it('A time clock that sends what both families send is not written at each of its requests', async () => {
    const { adapter, post } = appWith({})
    const contacts: unknown[] = []
    const { onContact } = adapter
    adapter.onContact = (contact) => {
      contacts.push(contact)
      onContact(contact)
    }
    for (let round = 0; round < 3; round++) {
      await post('cdata?SN=A&table=ATTLOG', PUNCH)
      await post('cdata?SN=A&table=rtlog', 'time=2026-11-29 08:00:00\tpin=1\n')
      await settled()
    }
    expect(contacts).toHaveLength(1)
  })

  it('The return codes of a terminal follow what it is', async () => {
    const { adapter, get, post } = appWith({})
    const commands = commandQueue(adapter)
    await post('cdata?SN=A&table=ATTLOG', PUNCH)
    await get('push?SN=A')
    await settled()
    const issued = await commands.issue('A', { text: 'CHECK' })
    await get('getrequest?SN=A')
    await post('devicecmd?SN=A', `ID=${issued.commandId}&Return=-1&CMD=CHECK\n`)
    const [attendance] = await commands.look([issued])
    await get(`cdata?SN=A&${HELLO}&DeviceType=acc`)
    const [access] = await commands.look([issued])
    expect(attendance?.meaning).not.toBe(access?.meaning)
  })
})
