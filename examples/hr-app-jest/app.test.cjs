// The app's own tests: Jest as it comes, and a terminal that fits in a test.
const { memoryAdapter } = require('express-iclock')
const { virtualDevice } = require('express-iclock/simulator')
const { createApp } = require('./app.cjs')

const serialNumber = '0316144680030'
let server
let device

async function start(storage) {
  server = createApp(storage).listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
  device = virtualDevice({ server, serialNumber })
}

afterEach(() => new Promise((resolve) => server.close(resolve)))

const request = async (path, options) =>
  fetch(`http://localhost:${server.address().port}${path}`, options)

const addEmployee = (employee) =>
  request('/employees', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ pin: '7', name: 'Ada', serialNumber, ...employee }),
  })

const employee = async () => (await request('/employees/7')).json()

/** The id of the command that the terminal would be given next. */
async function handedOutId() {
  const commands = await (await request(`/iclock/getrequest?SN=${serialNumber}`)).text()
  return commands.split(':')[1]
}

test('shows an employee as waiting until the terminal has answered', async () => {
  await start()
  await addEmployee()
  expect(await employee()).toEqual({ pin: '7', name: 'Ada', terminal: 'waiting' })
  await device.reply(await handedOutId(), 0)
  expect(await employee()).toMatchObject({ terminal: 'succeeded: done' })
})

test('shows why the terminal did not do it', async () => {
  await start()
  await addEmployee()
  await device.reply(await handedOutId(), -1001)
  expect(await employee()).toMatchObject({ terminal: expect.stringMatching(/^failed: .*capacity/) })
})

test('takes the word of no other terminal', async () => {
  await start()
  await addEmployee()
  const other = virtualDevice({ server, serialNumber: '0316144680031' })
  await other.reply(await handedOutId(), 0)
  expect(await employee()).toMatchObject({ terminal: 'waiting' })
})

test('loses no reply while its storage fails', async () => {
  const storage = memoryAdapter()
  let failures = 2
  await start({
    ...storage,
    onReply(reply, command) {
      if (failures-- > 0) throw new Error('the database is away')
      storage.onReply(reply, command)
    },
  })
  jest.spyOn(console, 'error').mockImplementation(() => {})
  await addEmployee()
  const exchanges = await device.reply(await handedOutId(), 0)
  expect(exchanges.map(({ status }) => status)).toEqual([500, 500, 200])
  expect(await employee()).toMatchObject({ terminal: 'succeeded: done' })
  jest.restoreAllMocks()
})

test('still reads JSON and forms itself', async () => {
  await start()
  expect((await addEmployee({ name: 'Ada\tPri=14' })).status).toBe(400)
  const form = new URLSearchParams({ pin: '7', name: 'Grace', serialNumber })
  expect((await request('/employees', { method: 'POST', body: form })).status).toBe(201)
  expect(await employee()).toMatchObject({ name: 'Grace' })
})
