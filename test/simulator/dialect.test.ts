import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { DIALECTS, type VirtualTerminalOptions } from '../../src/simulator.js'
import {
  conversing,
  type Heard,
  handingOut,
  OPTION_BLOCK,
  timeNow,
} from '../support/conversation.js'
import { listen, PLAIN, serving, terminalAt } from '../support/server.js'

const UNTIL_IDLE = { untilIdle: true, delay: 1 }
// Gives up after the first attempt, since a second one would come too late.
const ONCE = { pause: 30_000, giveUpAfter: 30_000 }
const HOUR = 3_600_000

const refusalOf = (delivery: Promise<unknown>): Promise<string> =>
  delivery.then(
    () => 'accepted',
    (error) => error.message,
  )

describe('A terminal without Host', () => {
  const strict = () => listen(createServer((_, res) => void res.end()))

  it('A terminal without Host is refused by Node, and says what to set', async () => {
    const terminal = terminalAt(await strict(), { dialect: 'hostless' })
    expect(await refusalOf(terminal.handshake())).toContain('requireHostHeader: false')
    const { sent } = await terminal.ping()
    expect(String(sent)).not.toMatch(/^Host:/m)
  })

  it('A terminal without Host is served where Node is told so', async () => {
    const server = await listen(
      createServer({ requireHostHeader: false }, (_, res) => {
        res.writeHead(200, PLAIN).end('OK')
      }),
    )
    expect(await terminalAt(server, { dialect: 'hostless' }).poll()).toMatchObject({
      accepted: true,
    })
  })
})

describe('A terminal of the American manual', () => {
  const american = { dialect: 'american' } as const

  it('A terminal of the American manual runs commands whose IDs are whole numbers, and ignores others', async () => {
    const { server } = await conversing({
      getrequest: () => 'C:7:CHECK\nC:k3v9:LOG\nC:2147483648:LOG\nC:2147483647:INFO\n',
    })
    const { accepted, refusal, commands, discarded } = await terminalAt(server, american).poll()
    expect(commands.map(({ commandId }) => commandId)).toEqual(['7', '2147483647'])
    expect(discarded).toEqual(['C:k3v9:LOG', 'C:2147483648:LOG'])
    expect(accepted).toBe(false)
    expect(refusal).toContain(
      "the command ID '2147483648' isn't a whole number from 1 to 2147483647",
    )
  })

  it('A terminal of the American manual sends times as stamps, and sends again what is newer than one', async () => {
    let stamp = '0'
    const { server, of } = await conversing({
      handshake: () => `GET OPTION FROM: X\nATTLOGStamp=${stamp}\nTimeZone=-05:00\n`,
    })
    const terminal = terminalAt(server, american)
    await terminal.handshake()
    await terminal.attend([
      { pin: '1', time: '2026-11-25 12:08:21' },
      { pin: '2', time: '2026-11-25 12:09:00' },
    ])
    const [upload] = of('cdata').filter(({ method }) => method === 'POST')
    expect(upload?.query.get('Stamp')).toBe('2026-11-25T12:09:00')
    const columns = upload?.body.split('\n')[0]?.split('\t')
    expect(columns).toEqual(['1', '2026-11-25 12:08:21', '0', '1', '0', ...Array(11).fill('0')])

    stamp = '2026-11-25T12:08:21'
    await terminal.handshake()
    expect(terminal.unsent).toBe(1)
    stamp = '9999'
    await terminal.upload()
    await terminal.handshake()
    expect(terminal.unsent).toBe(0)
  })

  it('A terminal of the American manual sends nine values in INFO', async () => {
    const { server, of } = await conversing()
    await terminalAt(server, american).poll()
    const info = of('getrequest')[0]?.query.get('INFO')
    expect(info?.split(',')).toEqual([
      ...['Ver 8.0.4.5-20190903', '0', '0', '0', '127.0.0.1', '10', '-1', '-12', '101'],
    ])
  })

  it('A terminal of the American manual asks for the time after its handshake', async () => {
    const { server, heard } = await conversing()
    const { exchanges } = await terminalAt(server, american).handshake()
    expect(exchanges.map(({ kind }) => kind)).toEqual(['handshake', 'time'])
    expect(heard[1]).toMatchObject({ method: 'GET', path: '/iclock/cdata' })
    expect(heard[1]?.query.get('options')).toBe(null)
  })

  it.each([
    ['an option block', OPTION_BLOCK, 'expected a form like Time=2026-11-29T17:40:20-05:00'],
    ['a time without a zone', 'Time=2026-11-29T17:40:20\n', 'expected a form like'],
    ['another day', 'Time=2001-01-01T00:00:00+00:00\n', 'not now'],
    ['a month of thirteen', 'Time=2026-13-01T00:00:00+00:00\n', 'expected a form like'],
  ])('A terminal of the American manual refuses %s as the time', async (_, body, refusal) => {
    const { server } = await conversing({ time: () => body })
    expect(await terminalAt(server, american).time()).toMatchObject({
      accepted: false,
      refusal: expect.stringContaining(refusal),
    })
  })
})

describe('The clock of a terminal', () => {
  /** The time of a punch that it makes now, against the time in UTC. */
  async function errorOf(
    options: Partial<VirtualTerminalOptions>,
    prepare: 'handshake' | 'time' | 'none',
    zone = '0',
  ) {
    const { server, of } = await conversing({
      handshake: () => `GET OPTION FROM: X\nATTLOGStamp=9999\nTimeZone=${zone}\n`,
      rtdata: () => `DateTime=${codeNow()},ServerTZ=+0800`,
      time: ({ path }) =>
        path.endsWith('rtdata') ? `DateTime=${codeNow()},ServerTZ=+0800` : timeNow(),
    })
    const terminal = terminalAt(server, options)
    if (prepare !== 'none') await terminal[prepare]()
    await terminal.attend({ pin: '7' })
    const [, time = ''] =
      /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/.exec(of('cdata').at(-1)?.body ?? '') ?? []
    return (Date.parse(`${time.replace(' ', 'T')}Z`) - Date.now()) / HOUR
  }
  const codeNow = () => {
    const now = new Date()
    const days = (now.getUTCFullYear() - 2000) * 372 + now.getUTCMonth() * 31 + now.getUTCDate() - 1
    return days * 86_400 + now.getUTCHours() * 3600 + now.getUTCMinutes() * 60 + now.getUTCSeconds()
  }
  const fast = { drift: 5 * HOUR }

  it.each<[string, Partial<VirtualTerminalOptions>, 'handshake' | 'time' | 'none', string, number]>(
    [
      ['is ahead until something sets it', fast, 'none', '0', 5],
      ['is behind', { drift: -3 * HOUR }, 'none', '0', -3],
      ['follows Date at a handshake', fast, 'handshake', '0', 0],
      ['shows the time zone of the handshake, in hours', {}, 'handshake', '8', 8],
      ['shows the time zone of the handshake, in minutes', {}, 'handshake', '330', 5.5],
      ['shows the time zone of the handshake, with a sign', {}, 'handshake', '-05:00', -5],
      [
        'does not follow Date if its firmware does not',
        { dialect: { ...DIALECTS.attendance, clock: 'command' }, ...fast },
        'handshake',
        '0',
        5,
      ],
      ['follows the time that it asks for', { dialect: 'american', ...fast }, 'handshake', '0', 0],
      [
        'of a door terminal follows the time that it asks for',
        { dialect: 'access', ...fast },
        'time',
        '0',
        8,
      ],
    ],
  )('The clock of a terminal %s', async (_, options, prepare, zone, expected) => {
    expect(await errorOf(options, prepare, zone)).toBeCloseTo(expected, 1)
  })

  it.each([
    ['SET OPTION DateTime=', 'attendance'],
    ['SET OPTIONS Delay=5,DateTime=', 'access'],
  ] as const)('The command %s sets the clock', async (command, dialect) => {
    const { server, of } = await conversing({
      getrequest: handingOut([`${command}867583829`]),
      handshake: () => OPTION_BLOCK,
    })
    const terminal = terminalAt(server, { dialect, drift: HOUR })
    await terminal.serve(() => 0, UNTIL_IDLE)
    await terminal.attend({ pin: '7' })
    // As the manuals count seconds.
    expect(of('cdata').at(-1)?.body).toContain('2026-12-29 11:3')
  })
})

it('A terminal that shakes hands by POST has its options in the body', async () => {
  const { server, heard } = await conversing({
    handshake: () => `${OPTION_BLOCK}PushOptionsFlag=1\n`,
  })
  const { exchanges } = await terminalAt(server, { dialect: 'post' }).handshake()
  expect(exchanges).toHaveLength(1)
  expect(heard[0]).toMatchObject({ method: 'POST', endpoint: 'cdata' })
  expect(heard[0]?.query.get('options')).toBe('all')
  expect(heard[0]?.body).toMatch(/^~DeviceName=Virtual,FWVersion=/)
})

it('A terminal that is answered OK to a handshake by POST says what is missing', async () => {
  const { server } = await conversing({ handshake: () => 'OK' })
  const terminal = terminalAt(server, { dialect: 'post', ...ONCE })
  expect(await refusalOf(terminal.handshake())).toContain('holds neither Stamp nor ServerVer')
})

it('A terminal may write its options a line each', async () => {
  const { server, heard } = await conversing({
    handshake: () => `${OPTION_BLOCK}PushOptionsFlag=1\n`,
  })
  await terminalAt(server, { dialect: 'lines', firmware: 'Ver 1' }).handshake()
  expect(heard[1]?.body.split('\r\n').slice(0, 2)).toEqual([
    '~DeviceName=Virtual',
    'FWVersion=Ver 1',
  ])
})

describe('A terminal that keeps a connection for pictures', () => {
  const picture = { pin: '7', time: '2026-11-25 08:00:00', jpeg: Buffer.from('jpeg') }
  const isPicture = (req: { url?: string | undefined }) =>
    /tablename=(ATTPHOTO|biophoto)/.test(req.url ?? '')

  function keeping(answersClose: (picture: number) => boolean) {
    let pictures = 0
    return serving((req, res) => {
      req.resume().on('end', () => {
        const close = isPicture(req) && answersClose(++pictures)
        const [, table = '', count = ''] = /tablename=(\w+)&count=(\d+)/.exec(req.url ?? '') ?? []
        res.writeHead(200, { ...PLAIN, Connection: close ? 'close' : 'keep-alive' })
        res.end(table === '' ? 'OK' : `${table}=${count}`)
      })
    })
  }

  it('A picture comes again over the same connection until the server closes it', async () => {
    const server = await keeping((count) => count === 3)
    let connections = 0
    server.on('connection', () => connections++)
    const exchanges = await terminalAt(server, { dialect: 'pictures' }).photo(picture)
    expect(exchanges.map(({ accepted }) => accepted)).toEqual([false, false, true])
    expect(new Set(exchanges.map(({ sent }) => String(sent))).size).toBe(1)
    expect(connections).toBe(1)
  })

  it('A connection that stays open is named', async () => {
    const server = await keeping(() => false)
    const terminal = terminalAt(server, { dialect: 'pictures', ...ONCE })
    const row = 'biophoto pin=7\tfilename=7.jpg\tsize=4\tcontent=QUJD'
    expect(await refusalOf(terminal.uploadTable('biophoto', [row]))).toContain(
      'expected Connection: close',
    )
    expect(await refusalOf(terminal.uploadTable('user', ['user pin=7']))).toBe('accepted')
  })
})

describe('Rows that a query asked for', () => {
  const QUERY = 'DATA QUERY tablename=user,fielddesc=*,filter=*'
  const rows = ['user uid=1\tpin=7', 'user uid=2\tpin=8']
  const answers = {
    getrequest: handingOut([QUERY]),
    querydata: ({ query }: Heard) => `${query.get('tablename')}=${query.get('count')}`,
  }

  it('The rows of a query are uploaded, and their number is the reply', async () => {
    const { server, heard } = await conversing({ ...answers, getrequest: handingOut([QUERY]) })
    await terminalAt(server, { dialect: 'access' }).serve(
      () => ({ table: 'user', rows }),
      UNTIL_IDLE,
    )
    const [, data, reply] = heard
    expect(data).toMatchObject({
      endpoint: 'querydata',
      body: rows.map((row) => `${row}\r\n`).join(''),
    })
    expect(data?.query.get('cmdid')).toBe('c1')
    expect(reply?.body).toBe('ID=c1&return=2&CMD=DATA QUERY\n')
  })

  it('A terminal that concludes by rows sends no reply', async () => {
    const { server, of } = await conversing(answers)
    await terminalAt(server, { dialect: 'rows' }).serve(() => ({ table: 'user', rows }), UNTIL_IDLE)
    expect(of('querydata')).toHaveLength(1)
    expect(of('devicecmd')).toHaveLength(0)
  })

  it('Rows that the server refuses are sent three times', async () => {
    const { server, of } = await conversing({
      ...answers,
      getrequest: handingOut([QUERY]),
      querydata: () => 'OK',
    })
    await terminalAt(server, { dialect: 'access', pause: 1 }).serve(
      () => ({ table: 'user', rows }),
      UNTIL_IDLE,
    )
    expect(of('querydata')).toHaveLength(3)
  })
})

describe('A terminal that echoes', () => {
  const long = `Maria Theresa Dela Cru${'é'.repeat(4)}`
  const PUT = `DATA UPDATE USERINFO PIN=7\tName=${long}\tPri=0`

  it('A terminal that echoes uploads the user that it was given, the name cut', async () => {
    const { server, heard } = await conversing({ getrequest: handingOut([PUT]) })
    await terminalAt(server, { dialect: 'echo' }).serve(() => 0, UNTIL_IDLE)
    const [, reply, echo] = heard
    expect(reply?.endpoint).toBe('devicecmd')
    expect(echo?.query.get('table')).toBe('OPERLOG')
    const body = Buffer.from(echo?.body ?? '', 'latin1').toString()
    expect(body).toBe('USER PIN=7\tName=Maria Theresa Dela Crué\tPri=0\n')
  })

  it('A user that the terminal could not take is no echo, and an echo that was refused comes again', async () => {
    let refusals = 1
    const { server, of } = await conversing({
      getrequest: handingOut([PUT], [PUT]),
      cdata: () => (refusals-- > 0 ? { status: 500 } : 'OK'),
    })
    let executed = 0
    await terminalAt(server, { dialect: 'echo' }).serve(
      () => (++executed === 1 ? -1001 : 0),
      UNTIL_IDLE,
    )
    expect(of('cdata')).toHaveLength(2)
  })
})

describe('What no retry changes', () => {
  const answering = (status: number, headers = {}) =>
    conversing({
      handshake: () => ({ status, headers }),
      getrequest: () => ({ status, headers }),
      devicecmd: () => ({ status, headers }),
    })

  it.each([
    [
      'a redirect',
      301,
      { Location: 'https://example.com/iclock' },
      "don't follow redirects, here to 'https://example.com",
    ],
    ['a login', 401, {}, 'cannot log in'],
    ['a refusal', 403, {}, 'does authorize know this serial number?'],
    ['another path', 404, {}, 'is the endpoint mounted at this path?'],
  ])('A terminal names %s at once', async (_, status, headers, refusal) => {
    const { server, heard } = await answering(status, headers)
    // It would try again until the test times out.
    const terminal = terminalAt(server, { giveUpAfter: 1_000_000 })
    for (const call of [
      terminal.handshake(),
      terminal.reply('1', 0),
      terminal.start(undefined, UNTIL_IDLE),
      terminal.serve(() => 0, UNTIL_IDLE),
    ]) {
      expect(await refusalOf(call)).toContain(refusal)
    }
    expect(heard).toHaveLength(4)
  })

  it('A terminal tries again after a fault of its own, and what a server may mend', async () => {
    const statuses = [400, 429, 503]
    const { server, heard } = await conversing({
      devicecmd: () => ({ status: statuses.shift() ?? 200 }),
    })
    await terminalAt(server).send('ID=1&Return=0', { query: '' })
    expect(heard).toHaveLength(4)
  })
})

it('A dialect of your own is made from another one, and is checked', async () => {
  const { server, heard } = await conversing()
  const dialect = { ...DIALECTS.clone, hasHost: false }
  await terminalAt(server, { dialect })
    .ping()
    .catch(() => {})
  expect(heard).toHaveLength(0)
  expect(() => terminalAt(server, { dialect: { family: 'access' } as never })).toThrow(
    'option "dialect.suffix" is undefined; expected one such as \'\', as in { ...DIALECTS.attendance, … }',
  )
  expect(() => terminalAt(server, { dialect: null as never })).toThrow('option "dialect" is null')
  expect(() => terminalAt(server, { drift: Number.NaN })).toThrow('option "drift" is NaN')
})
