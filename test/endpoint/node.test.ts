import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { NodeRequest } from '../../src/endpoint/node.js'

const from = (members: object) => members as IncomingMessage

it('A request has the path that was asked for, wherever the endpoint is mounted', () => {
  const request = new NodeRequest(from({ url: '/cdata?SN=1', originalUrl: '/x/iclock/cdata?SN=1' }))
  expect(request.path).toBe('/x/iclock/cdata')
  expect(request.target.path).toBe('/cdata')
  expect(new NodeRequest(from({ url: '/cdata?SN=1' })).path).toBe('/cdata')
})
