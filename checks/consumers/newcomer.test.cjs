// The newcomer's test in Jest with its defaults: the browser and the terminal come through nginx.
const { virtualTerminal } = require('express-iclock/simulator')
const { createApp } = require('./newcomer.cjs')

const serialNumber = '0316144680030'
const { NGINX, PORT } = process.env

test('An employee who is added is on the terminal, and the answer says so', async () => {
  const { app, pool } = await createApp({ terminal: serialNumber })
  const server = app.listen(Number(PORT), '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const terminal = virtualTerminal({ url: `${NGINX}/hr`, serialNumber })
  const executed = []
  await terminal.handshake()
  void terminal.serve(
    ({ text }) => {
      executed.push(text)
      return 0
    },
    { delay: 10 },
  )

  const answer = await fetch(`${NGINX}/hr/employees`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ pin: '7', name: 'Ada' }),
  })
  const said = await answer.json()

  expect([answer.status, said.state, said.meaning]).toEqual([201, 'succeeded', 'done'])
  expect(executed).toEqual(['DATA UPDATE USERINFO PIN=7\tName=Ada'])
  terminal.crash()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await pool.end()
})
