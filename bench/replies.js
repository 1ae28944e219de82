// Replies: the parser against naive ones, hostile bodies, and the endpoint against servers that read the body and answer.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import autocannon from 'autocannon'
import { parseReplies } from 'express-iclock'
import { median, progress, rounded, rounds, row, seconds, times } from './measure.js'
import { naivePairs, naiveReplies } from './naive.js'

const MEGABYTE = 1 << 20
const records = (count) =>
  Buffer.from(
    Array.from({ length: count }, (_, n) => `ID=${100000 + n}&Return=0&CMD=DATA`).join('\n'),
  )

async function start(kind) {
  const child = fork(new URL('server.js', import.meta.url), [kind], { execArgv: ['--expose-gc'] })
  const [{ port }] = await once(child, 'message')
  return { kind, child, url: `http://127.0.0.1:${port}/iclock/devicecmd?SN=0316144680030` }
}

async function post(url, body) {
  const res = await fetch(url, { method: 'POST', body })
  if ((await res.text()) !== 'OK') throw new Error(`a post was answered ${res.status}`)
}

async function load({ kind, url }, body, { connections = 10, duration = seconds } = {}) {
  const result = await autocannon({ url, method: 'POST', body, connections, duration })
  const failed = result.non2xx + result.errors + result.timeouts
  if (failed > 0 || result['2xx'] === 0)
    throw new Error(`${kind}: ${failed} posts failed, ${result['2xx']} answered`)
  return result
}

/**
 * Posts a second: the one by the other, the median over rounds in which they take turns. Each round has new processes, for
 * what V8 makes of the same code differs from process to process.
 */
async function throughput(kinds, count) {
  const body = records(count)
  const results = []
  for (let round = 0; round < rounds; round++) {
    const perSecond = {}
    for (const kind of round % 2 ? kinds : kinds.toReversed()) {
      const server = await start(kind)
      await load(server, body)
      perSecond[kind] = (await load(server, body)).requests.average
      server.child.kill()
    }
    const [one, other] = kinds.map((kind) => perSecond[kind])
    results.push({ ratio: one / other, perSecond: one })
  }
  return {
    ratio: median(results.map(({ ratio }) => ratio)),
    perSecond: median(results.map(({ perSecond }) => perSecond)),
  }
}

export async function measure() {
  for (const count of [5, 200, 10_000, 100_000]) {
    progress(`parseReplies against naive parsers, ${count} records`)
    const body = records(count)
    const [ours, same, pairs] = times([
      () => parseReplies(body, 'A'),
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
    const [hostile, usual] = times([() => parseReplies(body, 'A'), () => parseReplies(normal, 'A')])
    row(`a megabyte of ${JSON.stringify(head + unit)} : a normal one`, hostile / usual, '<= 10')
  }

  for (const [kind, carrier, aim] of [
    ['express 5, router', 'express 5, floor', 0.95],
    ['express 4, router', 'express 4, floor', 0.95],
    ['node:http, handler', 'node:http, floor', 0.85],
  ]) {
    for (const count of [1, 5, 200, 10_000]) {
      progress(`${kind}, ${count} records a post`)
      const { ratio, perSecond } = await throughput([kind, carrier], count)
      const more = `${Math.round(perSecond)} posts/s`
      row(`${kind} : floor, ${count} records`, ratio, count === 5 ? `>= ${aim}` : '', more)
    }
  }

  progress('handler against a naive parser')
  const naive = await throughput(['node:http, handler', 'node:http, naive parser'], 10_000)
  row(
    'node:http, handler : naive parser, 10000 records',
    naive.ratio,
    '>= 3',
    `${Math.round(naive.perSecond)} posts/s`,
  )

  progress('hooks and channels')
  for (const [kind, other, aim] of [
    ['node:http, handler', 'node:http, no hooks or channels', '>= 0.97'],
    ['node:http, afterReply', 'node:http, handler', ''],
    ['node:http, channels watched', 'node:http, handler', ''],
  ]) {
    for (const count of [1, 5]) {
      const { ratio, perSecond } = await throughput([kind, other], count)
      const name = other.replace('node:http, ', '')
      row(`${kind} : ${name}, ${count} records`, ratio, aim, `${Math.round(perSecond)} posts/s`)
    }
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
      const { child, url } = await start(kind)
      const ask = async (question) => {
        child.send(question)
        const [figures] = await once(child, 'message')
        return figures
      }
      await post(url, records(5))
      const before = await ask('rest')
      await post(url, getFile)
      const after = await ask('peak')
      for (const figure of ['peak', 'heap']) {
        growth[figure].push((after[figure] - before[figure]) / getFile.length)
      }
      child.kill()
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
    const server = await start(kind)
    const beside = load(server, records(10_000), { connections: 2, duration: seconds * 5 })
    const { latency } = await load(server, records(1), { connections: 2, duration: seconds * 4 })
    await beside
    server.child.kill()
    row(
      `${kind}: p99 of a small post beside 10000-record posts, ms`,
      latency.p99,
      '',
      `median ${latency.p50} ms`,
    )
  }
}
