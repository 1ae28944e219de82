import { expect, it } from 'vitest'
import { DeliveryError } from '../../src/simulator.js'
import { PLAIN, recording, serving, terminalAt } from '../support/server.js'

const failing = (times: number) => {
  let requests = 0
  return serving((req, res) => {
    req.resume()
    res.writeHead(++requests > times ? 200 : 500, PLAIN).end('OK')
  })
}

it('A delivery is retried unchanged until the server responds correctly', async () => {
  const exchanges = await terminalAt(await failing(2)).reply('1', 0)
  expect(exchanges.map(({ status }) => status)).toEqual([500, 500, 200])
  const bodies = exchanges.map(({ sent }) => String(sent))
  expect(new Set(bodies).size).toBe(1)
})

it('A delivery gives up when its time is over, and says why', async () => {
  const terminal = terminalAt(await failing(Infinity), { giveUpAfter: 500, pause: 150 })
  const error = await terminal.reply('1', 0).catch((reason) => reason)
  expect(error).toBeInstanceOf(DeliveryError)
  expect(error.message).toMatch(
    /^Terminal 0316144680030 gave up after \d attempts?: the status is 500, not 200$/,
  )
  expect(error.exchanges.length).toBeGreaterThanOrEqual(1)
})

it('A delivery gives up on a silent server in time', async () => {
  const terminal = terminalAt(await serving(() => {}), { giveUpAfter: 60, timeout: 60_000 })
  await expect(terminal.reply('1', 0)).rejects.toThrow('gave up after 1 attempt: no complete resp')
})

it('A fault affects the first attempt only', async () => {
  const { server, bodies } = await recording()
  const exchanges = await terminalAt(server).send('ID=1&Return=0', { cutAfter: -1 })
  expect(exchanges.map(({ accepted }) => accepted)).toEqual([false, true])
  expect(bodies.map(String)).toEqual(['ID=1&Return=0'])
})

it('An accepted delivery is sent again on request', async () => {
  const { server, bodies } = await recording()
  const exchanges = await terminalAt(server).send('ID=1&Return=0', { repeats: 2 })
  expect(exchanges.map(({ accepted }) => accepted)).toEqual([true, true, true])
  expect(bodies.map(String)).toEqual(Array(3).fill('ID=1&Return=0'))
})
