import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { NodeRequest } from '../../src/endpoint/node.js'
import {
  asksForPerson,
  asksForTime,
  isHandshake,
  looksLikeAccess,
} from '../../src/handshake/request.js'

const get = (url: string, headers = {}) => ({ method: 'GET', url, headers }) as IncomingMessage
const send = (url: string) => ({ method: 'POST', url, headers: {} }) as IncomingMessage
const got = (url: string, headers = {}) => new NodeRequest(get(url, headers))
const sent = (url: string) => new NodeRequest(send(url))

describe('A handshake', () => {
  it.each([
    '/iclock/cdata?SN=1&options=all',
    '/iclock/cdata?SN=1&OPTIONS=all&pushver=2.4.1',
    '/iclock/cdata?SN=1',
    '/iclock/cdata.aspx?SN=1&pushver=2.2.14',
    '/x/iclock/cdata?SN=1&options=all&table=',
    '/iclock/registry?SN=1',
    '/iclock/push?SN=1',
  ])('GET %s is a handshake', (url) => expect(isHandshake(get(url))).toBe(true))

  it.each([
    '/iclock/cdata?SN=1&table=RemoteAtt&PIN=1',
    '/iclock/cdata?SN=1&PIN=1',
    '/iclock/cdata?SN=1&AuthType=device',
    '/iclock/cdata?SN=1&type=time',
    '/iclock/cdata?SN=1&type=time&options=all',
    '/iclock/getrequest?SN=1',
    '/iclock/devicecmd?SN=1&options=all',
  ])('GET %s is not a handshake', (url) => expect(isHandshake(get(url))).toBe(false))

  it('A POST with options is a handshake, and an upload never is', () => {
    expect(isHandshake(send('/iclock/cdata?SN=1&table=ATTLOG&Stamp=1'))).toBe(false)
    expect(isHandshake(send('/iclock/cdata?SN=1&table=ATTLOG&options=all'))).toBe(false)
    expect(isHandshake(send('/iclock/cdata?SN=1'))).toBe(false)
    expect(isHandshake(send('/iclock/cdata?SN=1&options=all'))).toBe(true)
    expect(isHandshake(send('/iclock/registry?SN=1'))).toBe(true)
  })
})

it.each([
  ['/iclock/cdata?SN=1&table=RemoteAtt&PIN=1001', true],
  ['/iclock/cdata?SN=1&PIN=1001', true],
  ['/iclock/cdata?SN=1&table=ATTLOG&PIN=1001', false],
  ['/iclock/cdata?SN=1&AuthType=device&pin=1', false],
])('GET %s asks for a person: %s', (url, asks) => {
  expect(asksForPerson(got(url))).toBe(asks)
  expect(asksForPerson(sent(url))).toBe(false)
})

it.each([
  ['/iclock/rtdata?SN=1&type=time', true],
  ['/iclock/rtdata?SN=1&Type=TIME', true],
  ['/iclock/rtdata?SN=1&type=x&type=time', true],
  ['/iclock/rtdata?SN=1&type=times', false],
  ['/iclock/rtdata?SN=1', false],
])('GET %s asks for the time: %s', (url, asks) => {
  expect(asksForTime(got(url))).toBe(asks)
  expect(asksForTime(sent(url))).toBe(false)
})

it.each([
  [{ accept: 'application/push' }, '3.0.1', true],
  [{ 'content-type': 'application/push;charset=UTF-8' }, '3.1.2', true],
  [{ accept: 'application/push' }, '2.4.1', false],
  [{ accept: 'application/push' }, undefined, false],
  [{ accept: '*/*' }, '3.1.2', false],
  [{}, '3.1.2', false],
])('%j with pushver %s looks like an access terminal: %s', (headers, pushVersion, looks) => {
  expect(looksLikeAccess(got('/', headers), pushVersion)).toBe(looks)
})
