// The cost of hooks and channels for a post of replies. The handlers take turns in one process, and
// their requests need no socket: between processes that talk over sockets, a difference of a few
// percent is lost.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { IncomingMessage, ServerResponse } from 'node:http'
import { inside } from './inside.js'
import { median, rounds, row, sized } from './measure.js'

const [index, answers, endpoints, node, options, store] = await inside(
  ...['index', 'endpoint/answer', 'endpoint/endpoint', 'endpoint/node', 'endpoint/options'],
  'reply/store',
)
const { commandReplyHandler, parseReplies } = index
const { ok } = answers
const { endpoint } = endpoints
const { handlerOf } = node
const { bodySettings, endpointSettings } = options
const { keepInStorage } = store

const BURST = sized(2000)
const CHANNELS = ['reply', 'poll', 'upload', 'handshake', 'refusal']

// Storage that costs nothing: what is measured is the endpoint.
const adapter = { findCommand: () => undefined, onReply: () => {} }

// The handler without its hooks and channels: the difference is their cost while nobody subscribes.
function unwatched() {
  const { limit, maxRecords } = bodySettings({}, '1mb')
  const exchange = async (serialNumber, request, deadline) => {
    const body = await request.body(limit)
    const parsed = parseReplies(body, { serialNumber, encoding: 'utf-8', maxRecords })
    await keepInStorage(parsed, serialNumber, adapter, deadline)
    return ok('OK')
  }
  const accepts = ({ method }) => method === 'POST'
  return handlerOf(endpoint(endpointSettings({}), exchange, { accepts }))
}

function post(handler, body) {
  return new Promise((resolve, reject) => {
    const req = new IncomingMessage(null)
    Object.assign(req, { method: 'POST', url: '/iclock/devicecmd?SN=0316144680030' })
    Object.assign(req, { httpVersionMajor: 1, httpVersionMinor: 1, complete: true })
    req.headers = { 'content-length': String(body.length) }
    const res = new ServerResponse(req)
    res.end = resolve
    handler(req, res, reject)
    req.push(body)
    req.push(null)
  })
}

async function burst({ handler, isWatched }, body) {
  const listen = () => {}
  for (const name of isWatched ? CHANNELS : []) subscribe(`express-iclock:${name}`, listen)
  const begin = performance.now()
  for (let count = 0; count < BURST; count++) await post(handler, body)
  const micros = ((performance.now() - begin) / BURST) * 1000
  for (const name of isWatched ? CHANNELS : []) unsubscribe(`express-iclock:${name}`, listen)
  return micros
}

/** Rows: the cost of hooks and channels while nobody subscribes, and while somebody does. */
export async function measureHooks(body, what) {
  const kinds = [
    { handler: unwatched() },
    { handler: commandReplyHandler({ adapter }) },
    { handler: commandReplyHandler({ adapter, afterReply: () => {} }) },
    { handler: commandReplyHandler({ adapter }), isWatched: true },
  ]
  const results = kinds.map(() => [])
  for (let round = 0; round < rounds * 6; round++) {
    for (const [index] of kinds.entries()) {
      // Each comes after each of the others.
      const turn = (index * (round % 2 ? 1 : 3) + round) % kinds.length
      const micros = await burst(kinds[turn], body)
      if (round >= rounds) results[turn].push(micros)
    }
  }
  const [none, unused, hook, watched] = results.map(median)
  const share = (micros) => `${Math.round((micros / none) * 100)} % of a post without sockets`
  for (const [name, micros, aim] of [
    ['hooks and channels while nobody listens', unused - none, '<= 1'],
    ['afterReply', hook - unused, ''],
    ['channels that are watched', watched - unused, ''],
  ]) {
    row(`${name}, ${what}, µs`, micros, aim, share(micros))
  }
}
