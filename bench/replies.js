// Replies: the parser against naive ones, hostile bodies, and the endpoint against servers that read the body and answer.
import autocannon from 'autocannon'
import { parseReplies } from 'express-iclock'
import { measureHooks } from './hooks.js'
import { brief, median, progress, rounded, rounds, row, seconds, sized, times } from './measure.js'
import { naivePairs, naiveReplies } from './naive.js'
import { compare, start } from './subject.js'

const MEGABYTE = sized(1 << 20)
const SERVER = { program: 'server.js' }
const PATH = '/iclock/devicecmd?SN=0316144680030'
const AMOUNTS = { 200: sized(3000), 10000: sized(150) }
// A brief run leaves out bodies that take long.
const isMeasured = (count) => !brief || count <= 200
const records = (count) =>
  Buffer.from(
    Array.from({ length: count }, (_, n) => `ID=${100000 + n}&Return=0&CMD=DATA`).join('\n'),
  )

async function post({ url }, body) {
  const res = await fetch(url + PATH, { method: 'POST', body })
  if ((await res.text()) !== 'OK') throw new Error(`a post was answered ${res.status}`)
}

/** Milliseconds until posts are answered, while a server is busy with others. */
async function latencyOf({ kind, url }, body, duration) {
  const result = await autocannon({
    ...{ url: url + PATH, method: 'POST', body, connections: 2, duration },
  })
  const failed = result.non2xx + result.errors + result.timeouts
  if (failed > 0 || result['2xx'] === 0) {
    throw new Error(`${kind}: ${failed} posts failed, ${result['2xx']} answered`)
  }
  return result.latency
}

/** A row: the cost of a post of this many records on one server compared with another. */
function comparePosts(count, kind, floor, aim = '') {
  const body = records(count)
  const what = `post of ${count} ${count === 1 ? 'record' : 'records'}`
  progress(`${what}, ${kind}`)
  return compare({
    ...{ what, kind, floor, aim, database: SERVER, amount: AMOUNTS[count] },
    request: () => ({ method: 'POST', path: PATH, body }),
  })
}

export async function measure() {
  for (const count of [5, 200, 10_000, 100_000].filter(isMeasured)) {
    progress(`parseReplies against naive parsers, ${count} records`)
    const body = records(count)
    const [ours, same, pairs] = times([
      () => parseReplies(body, { serialNumber: 'A' }),
      () => naiveReplies(body),
      () => naivePairs(body),
    ])
    const perRecord = `${Math.round((ours / count) * 1e6)} ns a record`
    row(
      `parseReplies : naive with the same members, ${count} records`,
      same / ours,
      '>= 3',
      perRecord,
    )
    row(`parseReplies : naive with the pairs alone, ${count} records`, pairs / ours, '')
  }

  progress('hostile megabytes')
  const normal = Buffer.alloc(MEGABYTE, 'ID=100000&Return=0&CMD=DATA\n')
  for (const [head, unit] of [
    ...['&', '\t', '=', '\n', 'a', 'ID=', 'ID=1\n', 'ID=1&', 'x\n', 'ID=1\nSN=\n', 'Content='].map(
      (unit) => ['', unit],
    ),
    ['', 'ID=1\nCMD=GetFile\n'],
    ['', 'ID=1&Return=0&CMD=GetFile&Content='],
    ['ID=1&CMD&', 'ID=&'],
    ['ID=1&CMD=INFO\n', 'ID=1\n'],
  ]) {
    const body = Buffer.concat([Buffer.from(head), Buffer.alloc(MEGABYTE, unit)])
    const [hostile, usual] = times([
      () => parseReplies(body, { serialNumber: 'A' }),
      () => parseReplies(normal, { serialNumber: 'A' }),
    ])
    row(`a megabyte of ${JSON.stringify(head + unit)} : a normal one`, hostile / usual, '<= 10')
  }

  for (const [kind, floor, aim] of [
    ['express 5, router', 'express 5, floor', '>= 0.95'],
    ['express 4, router', 'express 4, floor', '>= 0.95'],
    ['node:http, handler', 'node:http, floor', '>= 0.85'],
  ]) {
    for (const count of [1, 5, 200, 10_000].filter(isMeasured)) {
      await comparePosts(count, kind, floor, count === 5 ? aim : '')
    }
  }
  await comparePosts(10_000, 'node:http, handler', 'node:http, naive parser', '>= 3')
  for (const count of [1, 5]) {
    progress(`hooks and channels, ${count} records`)
    await measureHooks(records(count), count === 1 ? '1 record' : `${count} records`)
  }

  progress('memory')
  const file = Buffer.alloc(4 * MEGABYTE, 0xff)
  const getFile = Buffer.concat([
    Buffer.from(`ID=1\nSN=A\nFILENAME=x\nCMD=GetFile\nReturn=${file.length}\nContent=`),
    file,
  ])
  for (const kind of ['node:http, floor', 'node:http, handler']) {
    const growth = { peak: [], heap: [] }
    for (let round = 0; round < rounds; round++) {
      const server = await start(kind, SERVER)
      await post(server, records(5))
      const before = await server.ask('rest')
      await post(server, getFile)
      const after = await server.ask('peak')
      for (const figure of ['peak', 'heap']) {
        growth[figure].push((after[figure] - before[figure]) / getFile.length)
      }
      await server.stop()
    }
    row(
      `${kind}: peak memory over rest : a body of 4 MB`,
      median(growth.peak),
      kind.endsWith('handler') ? '<= 3' : '',
      `heap ${rounded(median(growth.heap))}`,
    )
  }

  for (const kind of ['node:http, floor', 'node:http, handler', 'node:http, naive parser']) {
    progress(`${kind}: small posts beside large ones`)
    const server = await start(kind, SERVER)
    const beside = latencyOf(server, records(10_000), seconds * 5)
    const { p99, p50 } = await latencyOf(server, records(1), seconds * 4)
    await beside
    await server.stop()
    row(`${kind}: p99 of a small post beside 10000-record posts, ms`, p99, '', `median ${p50} ms`)
  }
}
