import { describe, expect, it } from 'vitest'
import * as access from '../../src/commands/access.js'
import * as attendance from '../../src/commands/attendance.js'
import {
  type Execution,
  type TerminalPeople,
  type TerminalPeopleOptions,
  terminalPeople,
  type Uploads,
  type VirtualTerminalOptions,
  virtualTerminal,
} from '../../src/simulator.js'
import { conversing, type Heard, handingOut, OPTION_BLOCK } from '../support/conversation.js'
import { terminalAt } from '../support/server.js'

const TEMPLATE = 'VGVtcGxhdGU='
const OTHER = 'T3RoZXI='
const FACE = { pin: '7', type: 9, majorVersion: 58, minorVersion: 12, template: TEMPLATE }
const UNTIL_IDLE = { untilIdle: true, delay: 1 }

/** A terminal without a server: commands are executed by a call. */
function keeping(
  options: TerminalPeopleOptions = {},
  dialect: VirtualTerminalOptions['dialect'] = 'attendance',
) {
  const people = terminalPeople(options)
  const url = 'http://localhost'
  const terminal = virtualTerminal({ serialNumber: 'A', url, dialect, people })
  const run = ({ text }: { text: string }): Execution => terminal.execute({ commandId: '1', text })
  return { people, terminal, run }
}

const door = (options?: TerminalPeopleOptions) => keeping(options, 'access')
const users = (...pins: string[]) => pins.map((pin) => ({ pin }))
const linesOf = (result: Execution) =>
  (result as Uploads).uploads.flatMap(({ table, rows }) => rows.map((row) => `${table}: ${row}`))

describe('A time clock that keeps people', () => {
  it('A user is kept as it was sent, and the name cut to 24 bytes', () => {
    const { people, run } = keeping()
    const name = `Maria Theresa Dela Cr${'é'.repeat(3)}`
    const text = attendance
      .putUser({ pin: '7', card: '123', privilege: 'administrator', password: '99' })
      .text.replace('PIN=7', `PIN=7\tName=${name}`)
    expect(run({ text })).toBe(0)
    expect(people.users()).toMatchObject([
      { pin: '7', name: name.slice(0, -2), card: '123', privilege: 6, password: '99' },
    ])
  })

  it.each([
    [true, ''],
    [false, '123'],
  ])('An update that resets fields (%s) leaves the card %j', (resetsFields, card) => {
    const { people, run } = keeping({ resetsFields })
    run(attendance.putUser({ pin: '7', card: '123' }))
    run(attendance.putUser({ pin: '7', name: 'Ada' }))
    expect(people.users('7')).toMatchObject([{ name: 'Ada', card }])
  })

  it('A full terminal refuses another user with -1001, and takes one that it has', () => {
    const { people, run } = keeping({ capacity: 1, users: users('7') })
    expect(run(attendance.putUser({ pin: '8' }))).toBe(-1001)
    expect(run(attendance.putUser({ pin: '7', name: 'Ada' }))).toBe(0)
    run(attendance.deleteUser({ pin: '7' }))
    expect(run(attendance.putUser({ pin: '8' }))).toBe(0)
    expect(people.users().map(({ pin }) => pin)).toEqual(['8'])
  })

  const FINGER = { pin: '7', finger: 3, template: TEMPLATE }
  it.each<[what: string, options: TerminalPeopleOptions, text: string, code: number]>([
    ['of nobody', {}, attendance.putBiodata({ ...FACE, pin: '9' }).text, -10],
    ['of another version', { versions: { face: '40.1' } }, attendance.putBiodata(FACE).text, -30],
    [
      'of a type that it lacks',
      { versions: { finger: '10' } },
      attendance.putBiodata(FACE).text,
      -30,
    ],
    [
      'whose format is a word',
      {},
      attendance.putBiodata(FACE).text.replace('Format=0', 'Format=ZK'),
      -12,
    ],
    ['without a place', { templateCapacity: 0 }, attendance.putBiodata(FACE).text, -1001],
    [
      'whose size differs',
      {},
      attendance.putFingerprint(FINGER).text.replace('Size=12', 'Size=13'),
      -9,
    ],
    [
      'of an old finger where fingers are new',
      { versions: { finger: '13.0' } },
      attendance.putFingerprint(FINGER).text,
      -12,
    ],
    [
      'of a face that it cannot see',
      {},
      attendance.putFace({ pin: '7', piece: 0, template: TEMPLATE }).text,
      -1002,
    ],
  ])('A template %s is refused', (_, options, text, code) => {
    const { people, run } = keeping({ users: users('7'), ...options })
    expect(run({ text })).toBe(code)
    expect(people.templates()).toEqual([])
  })

  it('A template is kept by finger, face and piece, and goes with its user', () => {
    const versions = { finger: '10.0', infraredFace: '7.0', fingerVein: '3.0', face: '58.12' }
    const { people, run } = keeping({ users: users('7', '8'), versions })
    for (const command of [
      attendance.putFingerprint(FINGER),
      attendance.putFingerprint({ ...FINGER, template: OTHER }),
      attendance.putFace({ pin: '7', piece: 0, template: TEMPLATE }),
      attendance.putFace({ pin: '7', piece: 1, template: OTHER }),
      attendance.putFingerVein({ pin: '7', finger: 2, index: 1, template: TEMPLATE }),
      attendance.putBiodata(FACE),
      attendance.putBiodata({ ...FACE, pin: '8' }),
    ]) {
      expect(run(command)).toBe(0)
    }
    const places = people
      .templates('7')
      .map(({ type, no, index, template }) => [type, no, index, template])
    expect(places).toEqual([
      ['finger', 3, 0, OTHER],
      ['infraredFace', 0, 0, TEMPLATE],
      ['infraredFace', 0, 1, OTHER],
      ['fingerVein', 2, 1, TEMPLATE],
      ['face', 0, 0, TEMPLATE],
    ])
    run(attendance.deleteUser({ pin: '7' }))
    expect(people.templates().map(({ pin }) => pin)).toEqual(['8'])
  })

  it('A template is deleted by itself, and deleting nobody succeeds', () => {
    const { people, run } = keeping({
      users: users('7'),
      versions: { finger: '10', face: '58.12', palm: '2' },
    })
    run(attendance.putFingerprint(FINGER))
    run(attendance.putFingerprint({ ...FINGER, finger: 4 }))
    run(attendance.putBiodata(FACE))
    run(attendance.putBiodata({ ...FACE, type: 10, no: 1, majorVersion: 2 }))
    const left = () => people.templates().map(({ type, no }) => `${type} ${no}`)
    run(attendance.deleteFingerprints({ pin: '7', finger: 3 }))
    expect(left()).toEqual(['finger 4', 'face 0', 'palm 1'])
    run(attendance.deleteBiodata({ pin: '7', type: 10, no: 0 }))
    run(attendance.deleteBiodata({ pin: '7', type: 9 }))
    expect(left()).toEqual(['finger 4', 'palm 1'])
    run(attendance.deleteFingerprints({ pin: '7' }))
    expect(left()).toEqual(['palm 1'])
    expect(run(attendance.deleteUser({ pin: '9' }))).toBe(0)
    expect(run({ text: 'DATA DELETE FINGERTMP PIN=7\tFID=' })).toBe(-1)
    expect(run({ text: 'DATA DELETE USERINFO PIN=' })).toBe(-1)
    expect(people.users()).toHaveLength(1)
  })

  it('A photo becomes a template of the terminal, and another template takes its place', () => {
    const { people, run } = keeping({ users: users('7') })
    const photo = attendance.putFacePhoto({ pin: '7', content: TEMPLATE })
    expect(run(photo)).toBe(0)
    const [made] = people.templates()
    expect(made).toMatchObject({
      type: 'face',
      majorVersion: 58,
      minorVersion: 12,
      photo: TEMPLATE,
    })
    expect(people.photos()).toEqual([{ pin: '7', content: TEMPLATE }])
    run(attendance.putBiodata(FACE))
    expect(people.templates()).toMatchObject([{ template: TEMPLATE }])
    expect(people.templates()[0]).not.toHaveProperty('photo')
    expect(run({ text: photo.text.replace('Size=12', 'Size=11') })).toBe(-2)
    expect(run(attendance.putFacePhoto({ pin: '9', content: TEMPLATE }))).toBe(-10)
    expect(keeping({ takesPhotos: false, users: users('7') }).run(photo)).toBe(-1002)
    const full = keeping({ templateCapacity: 0, users: users('7') })
    expect(full.run(photo)).toBe(-1001)
    expect(full.people.photos()).toEqual([])
  })

  it.each([
    [false, []],
    [true, ['7']],
  ])('A photo that stays when its user goes (%s)', (keepsPhotos, pins) => {
    const { people, run } = keeping({ users: users('7'), keepsPhotos })
    run(attendance.putFacePhoto({ pin: '7', content: TEMPLATE }))
    run(attendance.deleteUser({ pin: '7' }))
    expect(people.photos().map(({ pin }) => pin)).toEqual(pins)
    expect(people.templates()).toEqual([])
  })

  it('A query for everybody uploads users, 15 at once, and one for a PIN all that belongs to it', () => {
    const pins = Array.from({ length: 32 }, (_, index) => String(index + 1))
    const { run } = keeping({ users: users(...pins), returnsCount: true })
    const all = run(attendance.queryUsers()) as Uploads
    expect(all.returnCode).toBe(32)
    expect(all.uploads.map(({ table, rows }) => [table, rows.length])).toEqual([
      ['OPERLOG', 15],
      ['OPERLOG', 15],
      ['OPERLOG', 2],
    ])
    run(attendance.putFingerprint({ ...FINGER, pin: '2' }))
    run(attendance.putFacePhoto({ pin: '2', content: TEMPLATE }))
    expect(
      linesOf(run(attendance.queryUser({ pin: '2' }))).map((line) => line.slice(0, 24)),
    ).toEqual([
      'OPERLOG: USER PIN=2\tName',
      'OPERLOG: FP PIN=2\tFID=3\t',
      'BIODATA: BIODATA Pin=2\tN',
      'BIOPHOTO: BIOPHOTO PIN=2',
    ])
    expect(run(attendance.queryUser({ pin: '99' }))).toEqual({ uploads: [], returnCode: 0 })
    expect(linesOf(run(attendance.queryFingerprints({ pin: '2', finger: 3 })))).toHaveLength(1)
    expect(linesOf(run(attendance.queryFingerprints({ pin: '2', finger: 4 })))).toHaveLength(0)
    expect(linesOf(run(attendance.queryBiodata({ type: 9 })))).toHaveLength(1)
    expect(linesOf(run(attendance.queryBiodata({ type: 9, pin: '2', no: 1 })))).toHaveLength(0)
  })

  it('A query may break off, and tells the number of all rows', () => {
    const { run } = keeping({ users: users('1', '2', '3'), returnsCount: true, sendsRows: () => 1 })
    const result = run(attendance.queryUsers())
    expect(linesOf(result)).toHaveLength(1)
    expect(result).toMatchObject({ returnCode: 3 })
  })

  it('A firmware that knows no query for all refuses it', () => {
    const one = keeping({ queries: 'one', users: users('7') })
    expect(one.run(attendance.queryUsers())).toBe(-1002)
    expect(linesOf(one.run(attendance.queryUser({ pin: '7' })))).toHaveLength(1)
    const none = keeping({ queries: 'none', users: users('7') })
    expect(none.run(attendance.queryUser({ pin: '7' }))).toBe(-1002)
  })

  it('An enrollment on command needs its user, and does not replace a finger unasked', () => {
    const { people, run } = keeping({ users: users('7') })
    const enrolling = (enrollment: object) =>
      run(attendance.enrollFingerprint({ pin: '7', finger: 1, ...enrollment }))
    expect(enrolling({ pin: '9' })).toBe(-2)
    expect(enrolling({})).toBe(0)
    const [first] = people.templates()
    expect(enrolling({})).toBe(-3)
    expect(enrolling({ overwrite: true })).toBe(0)
    const [second, ...others] = people.templates()
    expect(others).toEqual([])
    expect(second?.template).not.toBe(first?.template)
    expect(run(attendance.enrollBiodata({ pin: '7', type: 9 }))).toBe(0)
    expect(run(attendance.enrollBiodata({ pin: '7', type: 8 }))).toBe(-1002)
  })

  it('Commands of the other family are refused, and all others succeed', () => {
    const { people, run } = keeping({ users: users('7') })
    expect(run(access.putUser({ pin: '7' }))).toBe(-1004)
    expect(run(access.query({ table: 'user' }))).toBe(-1004)
    expect(run({ text: 'CHECK' })).toBe(0)
    expect(run({ text: 'DATA UPDATE SMS MSG=x' })).toBe(0)
    expect(run({ text: 'CLEAR DATA' })).toBe(0)
    expect(people.users()).toEqual([])
  })
})

describe('A door terminal that keeps people', () => {
  it('A user of a door terminal is kept as it was sent, and deleted alone', () => {
    const { people, run } = door()
    expect(run(access.putUser({ pin: '7', name: 'Ada', card: '123', group: 2 }))).toBe(0)
    run(access.authorize({ pin: '7', timeZone: 1, doors: [1, 2] }))
    run(access.putFingerprint({ pin: '7', finger: 1, template: TEMPLATE }))
    run(access.putBiodata(FACE))
    expect(people.users()).toMatchObject([{ pin: '7', name: 'Ada', card: '123', group: '2' }])
    expect(people.authorizations()).toEqual([{ pin: '7', timeZone: '1', doors: '3' }])
    run(access.deleteUser({ pin: '7' }))
    expect(people.users()).toEqual([])
    expect(people.templates()).toHaveLength(2)
    expect(people.authorizations()).toHaveLength(1)
    run(access.deleteAuthorizations({ pin: '7' }))
    run(access.deleteFingerprints({ pin: '7' }))
    expect(people.templates()).toMatchObject([{ type: 'face' }])
    run(access.deleteBiodata({ pin: '7', type: 9 }))
    expect([...people.templates(), ...people.authorizations()]).toEqual([])
  })

  it.each<[what: string, options: TerminalPeopleOptions, text: string, code: number]>([
    ['of nobody', {}, access.putBiodata({ ...FACE, pin: '9' }).text, -27],
    ['of another version', { versions: { face: '40.1' } }, access.putBiodata(FACE).text, -30],
    ['of a cut length', {}, access.putBiodata(FACE).text.replace(TEMPLATE, 'V?'), -631],
    [
      'of an old finger where fingers are new',
      { versions: { finger: '13.0' } },
      access.putFingerprint({ pin: '7', finger: 1, template: TEMPLATE }).text,
      -30,
    ],
    ['that is empty', {}, 'DATA UPDATE templatev10 Pin=7\tFingerID=1\tTemplate=', -26],
    ['of a photo of nobody', {}, access.putFacePhoto({ pin: '9', content: TEMPLATE }).text, -27],
    ['in a table of time clocks', {}, attendance.putBiodata(FACE).text, -629],
  ])('A template %s is refused at a door', (_, options, text, code) => {
    const { people, run } = door({ users: users('7'), ...options })
    expect(run({ text })).toBe(code)
    expect(people.templates()).toEqual([])
  })

  it('A photo becomes a template of the door terminal, and is deleted by itself', () => {
    const { people, run } = door({ users: users('7') })
    expect(run(access.putFacePhoto({ pin: '7', content: TEMPLATE }))).toBe(0)
    expect(people.templates()).toMatchObject([{ type: 'face', photo: TEMPLATE }])
    run(access.deleteFacePhoto({ pin: '7' }))
    expect(people.photos()).toEqual([])
  })

  it('A query at a door returns rows, and their number; a count and an option are told', () => {
    const { run } = door({ users: users('7', '8'), sendsRows: (total) => Math.min(total, 1) })
    expect(run(access.query({ table: 'user' }))).toEqual({
      table: 'user',
      rows: [
        'user uid=7\tcardno=\tpin=7\tpassword=\tgroup=1\tstarttime=0\tendtime=0\tname=\tprivilege=0\tdisable=0\tverify=0',
      ],
      returnCode: 2,
    })
    expect(run(access.query({ table: 'user', pin: '8' }))).toMatchObject({ returnCode: 1 })
    expect(run(access.count({ table: 'user' }))).toEqual({
      table: 'user',
      type: 'count',
      rows: ['user=2'],
      returnCode: 2,
    })
    expect(run(access.getOptions(['UserCount', 'NoSuch']))).toMatchObject({
      type: 'options',
      rows: ['UserCount=2'],
    })
    run(access.authorize({ pin: '7', timeZone: 1, doors: [1] }))
    run(access.putBiodata(FACE))
    expect(run(access.query({ table: 'userauthorize' }))).toMatchObject({
      rows: ['userauthorize pin=7\tauthorizetimezoneid=1\tauthorizedoorid=1'],
    })
    expect(run(access.query({ table: 'biodata', type: 9, pin: '7' }))).toMatchObject({
      rows: [expect.stringMatching(/^biodata pin=7\tno=0\tindex=0/)],
    })
    expect(run(access.query({ table: 'biodata', type: 1 }))).toMatchObject({ rows: [] })
    expect(run(access.query({ table: 'timezone' }))).toBe(0)
  })

  it('A door firmware that knows no query for all refuses it, and a table is emptied by * alone', () => {
    const { people, run } = door({ queries: 'one', users: users('7') })
    expect(run(access.query({ table: 'user' }))).toBe(-1002)
    expect(run(access.query({ table: 'user', pin: '7' }))).toMatchObject({ returnCode: 1 })
    expect(run({ text: 'DATA DELETE user uid=7' })).toBe(-1)
    expect(run({ text: 'DATA DELETE user *' })).toBe(0)
    expect(people.users()).toEqual([])
  })
})

describe('What a terminal reports of its people', () => {
  /** What was uploaded: the table and the lines, without the time of an operation. */
  const uploadsIn = (of: (endpoint: string) => Heard[]) =>
    of('cdata')
      .filter(({ method, query }) => method === 'POST' && query.get('table') !== 'options')
      .map(({ query, body }) => {
        const lines = body.trimEnd().split(/\r?\n/)
        const table = query.get('tablename') ?? query.get('table')
        return [table, ...lines.map((line) => line.slice(0, 22).replace(/\t\d{4}-.*/, ''))]
      })

  const answers = {
    cdata: ({ query }: Heard) =>
      query.has('tablename') ? `${query.get('tablename')}=${query.get('count')}` : 'OK',
  }

  async function reported(
    act: (people: TerminalPeople) => void,
    options: TerminalPeopleOptions = {},
    dialect: VirtualTerminalOptions['dialect'] = 'attendance',
  ) {
    const { server, of } = await conversing(answers)
    const people = terminalPeople({ users: users('7'), ...options })
    act(people)
    const terminal = terminalAt(server, { dialect, people })
    await terminal.serve(terminal.execute, UNTIL_IDLE)
    return uploadsIn(of)
  }

  const edit = (people: TerminalPeople) => {
    people.put({ pin: '7', name: 'Ada' })
    people.put({ pin: '8' })
    people.remove('8')
  }
  const ALL = [
    'OPLOG 36\t0',
    'USER PIN=7\tName=Ada\tPr',
    'OPLOG 30\t0',
    'USER PIN=8\tName=\tPri=0',
    'OPLOG 9\t0',
  ]

  it.each<[string, TerminalPeopleOptions, string[][]]>([
    ['rows', {}, [['OPERLOG', ...ALL]]],
    [
      'three rows at once',
      { batchSize: 3 },
      [
        ['OPERLOG', ...ALL.slice(0, 3)],
        ['OPERLOG', ...ALL.slice(3)],
      ],
    ],
    [
      'operations alone',
      { reports: 'operations' },
      [['OPERLOG', ...ALL.filter((line) => /OPLOG/.test(line))]],
    ],
    ['nothing', { reports: 'nothing' }, []],
  ])('Edits by hand are uploaded: %s', async (_, options, uploads) => {
    expect(await reported(edit, options)).toEqual(uploads)
  })

  it('A door terminal uploads rows of edits, and no operations', async () => {
    expect(await reported(edit, {}, 'access')).toEqual([
      ['user', 'user uid=7\tcardno=\tpin', 'user uid=8\tcardno=\tpin'],
    ])
    expect(await reported((people) => people.remove('7'), {}, 'access')).toEqual([])
  })

  it('An enrollment uploads the user, the template and the photo that was taken', async () => {
    const enroll = (people: TerminalPeople) => {
      people.enroll({ pin: '7', no: 2 })
      people.enroll({ pin: '7', type: 'face', photo: TEMPLATE, template: OTHER })
    }
    expect(await reported(enroll)).toEqual([
      [
        'OPERLOG',
        'OPLOG 6\t0',
        'USER PIN=7\tName=\tPri=0',
        'FP PIN=7\tFID=2\tSize=44',
        'OPLOG 6\t0',
        'USER PIN=7\tName=\tPri=0',
      ],
      ['BIODATA', 'BIODATA Pin=7\tNo=0\tInd'],
      ['BIOPHOTO', 'BIOPHOTO PIN=7\tFileNam'],
    ])
    const tables = await reported(enroll, {}, 'access')
    expect(tables.map(([table]) => table)).toEqual([
      'user',
      'templatev10',
      'user',
      'biodata',
      'biophoto',
    ])
  })

  it('What was refused comes again, and nothing of what a reset made void', async () => {
    let refusals = 1
    const { server, of } = await conversing({
      cdata: () => (refusals-- > 0 ? { status: 500 } : 'OK'),
    })
    const people = terminalPeople()
    people.put({ pin: '7' })
    const terminal = terminalAt(server, { people })
    await terminal.serve(terminal.execute, UNTIL_IDLE)
    expect(of('cdata')).toHaveLength(2)
    people.put({ pin: '8' })
    people.wipe()
    await terminal.serve(terminal.execute, UNTIL_IDLE)
    expect(of('cdata')).toHaveLength(2)
    expect(people.users()).toEqual([])
  })

  it('A terminal that echoes uploads the user that it was given as it keeps it', async () => {
    const { text } = attendance.putUser({ pin: '7', name: 'Ada' })
    const { server, of } = await conversing({ getrequest: handingOut([text]) })
    const terminal = terminalAt(server, { dialect: 'echo', people: terminalPeople() })
    await terminal.serve(terminal.execute, UNTIL_IDLE)
    expect(uploadsIn(of)).toEqual([['OPERLOG', 'USER PIN=7\tName=Ada\tPr']])
  })

  it('A photo whose template is asked for is answered with it', async () => {
    const { text } = attendance.putFacePhoto({ pin: '7', content: TEMPLATE })
    const asking = text.replace('PostBackTmpFlag=0', 'PostBackTmpFlag=1')
    const { server, of } = await conversing({ getrequest: handingOut([asking]) })
    const terminal = terminalAt(server, { people: terminalPeople({ users: users('7') }) })
    await terminal.serve(terminal.execute, UNTIL_IDLE)
    expect(uploadsIn(of)).toEqual([['BIODATA', 'BIODATA Pin=7\tNo=0\tInd']])
  })

  it('The rows of a query come before the reply, and break off where one is refused', async () => {
    let uploads = 0
    const { server, heard, of } = await conversing({
      getrequest: handingOut([attendance.queryUsers().text]),
      cdata: () => (++uploads > 1 ? { status: 500 } : 'OK'),
    })
    const people = terminalPeople({ users: users('1', '2', '3'), batchSize: 1 })
    const terminal = terminalAt(server, { people, pause: 1 })
    await terminal.serve(terminal.execute, UNTIL_IDLE)
    expect(heard.map(({ endpoint }) => endpoint).slice(1, -1)).toEqual([
      ...Array(4).fill('cdata'),
      'devicecmd',
    ])
    expect(of('devicecmd')[0]?.body).toBe('ID=c1&Return=0&CMD=DATA\n')
  })

  it('A stamp of 0 has everybody uploaded', async () => {
    const { server, of } = await conversing({
      handshake: () => `${OPTION_BLOCK}OPERLOGStamp=0\n`,
    })
    const terminal = terminalAt(server, { people: terminalPeople({ users: users('7') }) })
    await terminal.start(undefined, UNTIL_IDLE)
    expect(uploadsIn(of)).toEqual([['OPERLOG', 'USER PIN=7\tName=\tPri=0']])
  })

  it('INFO and options tell how many people there are, and which versions', async () => {
    const { server, of } = await conversing({
      handshake: () => `${OPTION_BLOCK}PushOptionsFlag=1\n`,
      getrequest: handingOut(['INFO']),
    })
    const people = terminalPeople({
      users: users('7', '8'),
      reports: 'nothing',
      templateCapacity: 50,
    })
    people.enroll({ pin: '7' })
    people.enroll({ pin: '7', type: 'face' })
    const terminal = terminalAt(server, { people, firmware: 'F' })
    await terminal.start(undefined, UNTIL_IDLE)
    expect(of('getrequest')[0]?.query.get('INFO')).toBe('F,2,1,0,127.0.0.1,10,58,15,1,111')
    const told = of('cdata')[1]?.body.split(',')
    expect(told?.slice(3)).toEqual([
      'UserCount=2',
      'FPCount=1',
      'FaceCount=1',
      'MultiBioDataSupport=0:0:0:0:0:0:0:0:0:1:0',
      'MultiBioPhotoSupport=0:0:0:0:0:0:0:0:0:1:0',
      'MultiBioVersion=0:10.0:0:0:0:0:0:0:0:58.12:0',
      'MaxMultiBioDataCount=0:50:0:0:0:0:0:0:0:50:0',
      'MultiBioDataCount=0:1:0:0:0:0:0:0:0:1:0',
      'FPVersion=10.0',
    ])
    expect(of('devicecmd')[0]?.body).toContain('UserCount=2\n')
    people.wipe()
    await terminal.poll()
    expect(of('getrequest').at(-1)?.query.get('INFO')).toMatch(/^F,0,0,0,/)
  })

  it('Older firmware tells its versions one by one', async () => {
    const { server, of } = await conversing({
      handshake: () => `${OPTION_BLOCK}PushOptionsFlag=1\n`,
    })
    const versions = { finger: '10', infraredFace: '7' }
    const people = terminalPeople({ announces: 'flat', versions })
    await terminalAt(server, { people }).handshake()
    expect(of('cdata')[1]?.body.split(',').slice(3)).toEqual([
      ...['UserCount=0', 'FPCount=0', 'FaceCount=0', 'FingerFunOn=1', 'FPVersion=10.0'],
      ...['FaceFunOn=1', 'FaceVersion=7.0', 'PvFunOn=0', 'FvFunOn=0', 'BioPhotoFun=0'],
    ])
  })

  it('A door terminal tells its versions when it registers', async () => {
    const { server, of } = await conversing({
      handshake: () => 'OK',
      registry: () => 'RegistryCode=x',
      push: () => 'SessionID=y\n',
    })
    await terminalAt(server, { dialect: 'access', people: terminalPeople() }).handshake()
    expect(of('registry')[0]?.body).toContain('ReaderCount=2,UserCount=0,')
  })
})

it('People survive power loss, and a new memory is a terminal that was replaced', async () => {
  const { server } = await conversing()
  const people = terminalPeople({ users: users('7') })
  const terminal = terminalAt(server, { people })
  terminal.reboot()
  expect(
    linesOf(terminal.execute({ commandId: '1', text: attendance.queryUsers().text })),
  ).toHaveLength(1)
  const replaced = terminalAt(server, { people: terminalPeople() })
  expect(
    linesOf(replaced.execute({ commandId: '1', text: attendance.queryUsers().text })),
  ).toHaveLength(0)
})

it.each<[what: string, make: () => unknown, message: string]>([
  [
    'a type',
    () => terminalPeople({ versions: { toe: '1' } as object }),
    `option "versions" is 'toe'`,
  ],
  ['a version', () => terminalPeople({ versions: { face: 'x' } }), `option "versions.face" is 'x'`],
  [
    'a choice',
    () => terminalPeople({ queries: 'some' as 'all' }),
    'expected one of all, one, none',
  ],
  ['a capacity', () => terminalPeople({ capacity: -1 }), 'option "capacity" is -1'],
  ['a batch of 0', () => terminalPeople({ batchSize: 0 }), 'option "batchSize" is 0'],
  ['a user without a PIN', () => terminalPeople().put({ pin: '' }), 'option "pin" is \'\''],
  [
    'a stranger who enrolls',
    () => terminalPeople().enroll({ pin: '7' }),
    'a user of this terminal',
  ],
  [
    'a type that is missing',
    () => terminalPeople({ users: users('7') }).enroll({ pin: '7', type: 'palm' }),
    'expected one of finger, face',
  ],
  [
    'people of another making',
    () =>
      keeping({}, 'attendance') &&
      virtualTerminal({ serialNumber: 'A', url: 'http://localhost', people: {} as TerminalPeople }),
    'what terminalPeople() returns',
  ],
])('The options refuse %s', (_, make, message) => {
  expect(make).toThrow(TypeError)
  expect(make).toThrow(message)
})
