// The app's own tests: Jest with its defaults, and a terminal that fits in a test.
const { memoryAdapter } = require('express-iclock')
const { virtualTerminal } = require('express-iclock/simulator')
const { createApp } = require('./app.cjs')

const serialNumber = '0316144680030'
let server
let terminal

async function start(options) {
  server = createApp({ terminals: [serialNumber], ...options }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  terminal = virtualTerminal({ server, serialNumber })
}

afterEach(() => {
  terminal.crash()
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
})

const request = (path, options) =>
  fetch(`http://127.0.0.1:${server.address().port}${path}`, options)

const post = (path, body = {}) =>
  request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })

const addEmployee = (changes) =>
  post('/employees', { pin: '7', name: 'Ada', serialNumber, ...changes })

const employee = async () => (await request('/employees/7')).json()

/** Lets the terminal execute its waiting commands; `execute` returns the return code for a command. */
const work = (execute) => terminal.serve(execute, { untilIdle: true })

test('puts an employee on the terminal', async () => {
  await start()
  await addEmployee()
  expect(await employee()).toEqual({ pin: '7', name: 'Ada', terminal: 'waiting' })
  const executed = []
  await work(({ text }) => {
    executed.push(text)
    return 0
  })
  expect(executed).toEqual(['DATA UPDATE USERINFO PIN=7\tName=Ada'])
  expect(await employee()).toMatchObject({ terminal: 'succeeded' })
})

test('shows that the terminal refused an employee', async () => {
  await start()
  await addEmployee()
  await work(() => -1001)
  expect(await employee()).toMatchObject({ terminal: 'failed' })
})

test('shows what is on its way to a terminal that lost power meanwhile', async () => {
  await start()
  await addEmployee()
  expect((await terminal.poll()).commands).toHaveLength(1)
  terminal.crash()
  expect(await employee()).toMatchObject({ terminal: 'sent' })
})

test('opens a door, and waits until it is open', async () => {
  await start()
  void terminal.serve(() => 0, { delay: 10 })
  const answer = await post(`/terminals/${serialNumber}/door`)
  expect(await answer.json()).toEqual({ state: 'succeeded', meaning: 'done' })
})

test('tells the browser if the terminal does not answer in time', async () => {
  await start({ patience: 100 })
  const answer = await post(`/terminals/${serialNumber}/door`)
  expect(answer.status).toBe(504)
  expect(await answer.json()).toEqual({ error: 'the terminal has not answered yet' })
})

test('loses no reply while its storage fails', async () => {
  const adapter = memoryAdapter()
  let failures = 2
  const onReply = (...reply) => {
    if (failures-- > 0) throw new Error('the database is away')
    return adapter.onReply(...reply)
  }
  await start({ adapter: { ...adapter, onReply } })
  jest.spyOn(console, 'error').mockImplementation(() => {})
  await addEmployee()
  await work(() => 0)
  expect(failures).toBe(-1)
  expect(await employee()).toMatchObject({ terminal: 'succeeded' })
  jest.restoreAllMocks()
})

test('takes the word of no other terminal', async () => {
  await start()
  await addEmployee()
  const { commands } = await terminal.poll()
  const other = virtualTerminal({ server, serialNumber: '0316144680031' })
  const body = other.records.reply(commands[0].commandId, 0)
  expect(await other.exchange(body)).toMatchObject({ accepted: false, status: 403 })
  expect(await employee()).toMatchObject({ terminal: 'sent' })
})

test('lets no name write to the terminal, and still reads forms', async () => {
  await start()
  for (const name of ['Ada\tPri=14', 'Ada\nC:1:REBOOT', 'x Pri=14']) {
    const answer = await addEmployee({ name })
    expect(answer.status).toBe(400)
    expect((await answer.json()).error).toMatch(/name/)
  }
  const form = new URLSearchParams({ pin: '7', name: 'Grace', serialNumber })
  expect((await request('/employees', { method: 'POST', body: form })).status).toBe(201)
  expect(await employee()).toMatchObject({ name: 'Grace', terminal: 'waiting' })
})
