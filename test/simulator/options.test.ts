import { createServer } from 'node:http'
import express from 'express'
import { expect, it } from 'vitest'
import { type VirtualTerminalOptions, virtualTerminal } from '../../src/simulator.js'
import { recording, terminalAt } from '../support/server.js'

const url = 'http://localhost'
const messageOf = (options: object): string => {
  try {
    virtualTerminal({ serialNumber: 'A', ...options } as VirtualTerminalOptions)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message
  }
  throw new Error('accepted')
}

it.each<[what: string, options: object, message: string]>([
  ['an unknown option', { manners: 'access' }, 'there is no option "manners"'],
  ['no serial number', { url, serialNumber: undefined }, 'option "serialNumber" is undefined'],
  ['neither url nor server', {}, 'exactly one of the options url, server'],
  ['both', { url, server: createServer() }, 'exactly one of the options url, server'],
  ['a URL without a scheme', { url: 'localhost:80' }, 'starts with http:// or https://'],
  ['a text that is not a URL', { url: 'x' }, `option "url" is 'x'; expected the server's address`],
  ['an object as URL', { url: { href: url } }, 'option "url" is an object (Object)'],
  ['a query in the URL', { url: `${url}/?a=1` }, 'without ? and #'],
  ['the path of the endpoint', { url: `${url}/iclock/devicecmd` }, 'appends /iclock/devicecmd'],
  ['unknown dialect', { url, dialect: 'polite' }, 'one of attendance, access, clone'],
  ['a time in words', { url, timeout: '2s' }, `option "timeout" is '2s'; expected milliseconds`],
  ['an endless timeout', { url, timeout: Infinity }, 'option "timeout" is Infinity'],
  ['a time that setTimeout mistakes for 1 ms', { url, pause: 2 ** 31 }, '"pause" is 2147483648'],
  ['a negative time', { url, giveUpAfter: -1 }, 'option "giveUpAfter" is -1'],
  ['NaN', { url, maxClockError: Number.NaN }, 'option "maxClockError" is NaN'],
])('The options refuse %s', (_, options, message) => {
  expect(messageOf(options)).toContain(message)
})

it('A foreign object is named without what it holds', () => {
  class Connection {
    password = 'secret'
    address = '10.0.0.1'
  }
  const held = messageOf({ server: new Connection() })
  expect(held).toBe(
    'express-iclock/simulator: option "server" is an object (Connection); expected an http.Server: pass what app.listen() returns',
  )
  expect(messageOf({ server: express() })).toBe(
    'express-iclock/simulator: option "server" is a function; expected an http.Server rather than an Express app: ' +
      'pass what app.listen() returns',
  )
  expect(messageOf({ url: 'http://user:secret@host' })).toMatch(/holds credentials/)
  expect(messageOf({ url: 'http://user:secret@host' })).not.toMatch(/secret/)
  expect(messageOf({ url: Object.create(null) })).toContain('option "url" is an object;')
  expect(messageOf({ url: 'x'.repeat(5000) }).length).toBeLessThan(300)
})

it('The options of one exchange are checked', async () => {
  const terminal = terminalAt((await recording()).server)
  await expect(terminal.exchange('', { chunkSize: 0 })).rejects.toThrow('"chunkSize" is 0')
  await expect(terminal.exchange('', { chunkSize: 2.5 })).rejects.toThrow('"chunkSize" is 2.5')
  await expect(terminal.exchange('', { segmentSize: 0 })).rejects.toThrow('"segmentSize" is 0')
  await expect(terminal.exchange('', { timeout: Infinity })).rejects.toThrow(
    '"timeout" is Infinity',
  )
  await expect(terminal.exchange('', { wait: Number.NaN })).rejects.toThrow('"wait" is NaN')
  await expect(terminal.send('', { repeats: -1 })).rejects.toThrow('"repeats" is -1')
  await expect(terminal.send('', { giveUpAfter: 1e10 })).rejects.toThrow('"giveUpAfter" is 1000000')
})
