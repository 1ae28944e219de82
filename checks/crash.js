// Kills what keeps the replies, again and again, while devices report; then counts what was acknowledged and not kept.
// npm run test:crash, or one campaign: npm run test:crash -- --kill app|mongodb [--kills 200] [--seed 1] [--broken]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import express from 'express'
import { commandReplyRouter } from 'express-iclock'
import { mongoAdapter } from 'express-iclock/mongo'
import { postReplies } from 'express-iclock/simulator'
import { MongoClient } from 'mongodb'
import { findProgram, freePort, serverName, startServer } from '../test/support/mongodb.js'
import { readJournal } from './journal.js'

/**
 * @typedef {object} Ground What a campaign is fought on.
 * @property {string} name what is killed
 * @property {string} url where devices post
 * @property {(pause: number) => Promise<void>} kill ends it with SIGKILL, and starts it again after so many ms
 * @property {Record<string, number>} errors what the app's error handler was told, and how often
 * @property {() => Promise<{ serialNumber: string, commandId: string, returnCode: number }[]>} kept
 * @property {() => Promise<void>} remove
 *
 * @typedef {object} Campaign
 * @property {'app' | 'mongodb'} kill
 * @property {number} kills
 * @property {number} seed
 * @property {boolean} broken whether the adapter answers before the reply is kept, to see that this is found out
 * @property {(line: string) => void} [say]
 */

/** There is no database server on this machine to kill. */
class NoServer extends Error {}

// Milliseconds between the answer and the write of a careless adapter.
const CARELESS = 200
const ROUND = { devices: 8, count: 60, rate: 60, duration: 60_000 }

/** @type {Record<Campaign['kill'], (campaign: Campaign) => Promise<Ground>>} */
const GROUNDS = {
  async app({ broken }) {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-campaign-'))
    const file = join(folder, 'replies')
    const port = await freePort()
    const program = new URL('journal.js', import.meta.url)
    const start = async () => {
      const child = fork(program, [file, `${port}`, ...(broken ? [`${CARELESS}`] : [])])
      await once(child, 'message')
      return child
    }
    let app = await start()
    const kill = async () => {
      const ended = once(app, 'exit')
      app.kill('SIGKILL')
      await ended
    }
    return {
      name: 'an app that keeps replies in a file',
      url: `http://127.0.0.1:${port}`,
      errors: {},
      async kill(pause) {
        await kill()
        await wait(pause)
        app = await start()
      },
      kept: async () => (await readJournal(file)).map((line) => JSON.parse(line)),
      async remove() {
        await kill()
        await rm(folder, { recursive: true })
      },
    }
  },

  async mongodb({ broken }) {
    const program = await findProgram()
    if ('reasons' in program) throw new NoServer(program.reasons.join('; '))
    const server = await startServer(program)
    const client = new MongoClient(server.url, {
      serverSelectionTimeoutMS: 500,
      socketTimeoutMS: 2000,
    })
    const storage = mongoAdapter(client.db('campaign'))
    // As an app does at its start; and FerretDB does not start again after a kill while it makes a database.
    await storage.createIndexes()
    const careless = {
      ...storage,
      /** @param {Parameters<typeof storage.onReply>} answered */
      async onReply(...answered) {
        setTimeout(() => storage.onReply(...answered).catch(() => {}), CARELESS)
      },
    }
    /** @type {Record<string, number>} */
    const errors = {}
    /** @type {import('express').ErrorRequestHandler} */
    const onError = (error, _req, res, _next) => {
      const told = `${error.name}: ${error.message}`.replace(/\d+/g, 'N')
      errors[told] = (errors[told] ?? 0) + 1
      res.status(503).end()
    }
    const app = express()
    app.use(commandReplyRouter({ adapter: broken ? careless : storage }), onError)
    const endpoint = app.listen(0, '127.0.0.1')
    await once(endpoint, 'listening')
    const { port } = /** @type {import('node:net').AddressInfo} */ (endpoint.address())
    return {
      name: await serverName(server.url),
      url: `http://127.0.0.1:${port}`,
      errors,
      async kill(pause) {
        await server.kill()
        await wait(pause)
        await server.start()
      },
      async kept() {
        const replies = await storage.replies()
        return replies.map(({ serialNumber, commandId, returnCode }) => {
          return { serialNumber, commandId, returnCode: Number(returnCode) }
        })
      },
      async remove() {
        endpoint.closeAllConnections()
        endpoint.close()
        await client.close()
        await server.remove()
      },
    }
  },
}

/**
 * Runs a campaign: for each kill, a fleet that reports until all of it is acknowledged.
 *
 * @param {Campaign} campaign
 */
export async function runCampaign(campaign) {
  const { kills, seed, say = () => {} } = campaign
  const ground = await GROUNDS[campaign.kill](campaign)
  const random = randomFrom(seed)
  try {
    say(`${kills} kills of ${ground.name}, seed ${seed}.`)
    /** @type {import('express-iclock/simulator').SentReply[]} */
    const acknowledged = []
    let [unanswered, repeated, givenUp] = [0, 0, 0]
    for (let round = 0; round < kills; round++) {
      const [report] = await Promise.all([
        postReplies({ ...ROUND, url: ground.url, replies: repliesOf(round), faults: faultsOf }),
        wait(random() * 900).then(() => ground.kill(200 + random() * 1300)),
      ])
      acknowledged.push(...report.acknowledged)
      givenUp += report.givenUp.length
      unanswered += report.unanswered
      repeated += report.repeated
      say(
        `kill ${round + 1}: ${report.acknowledged.length} acknowledged, ${report.repeated} repeats`,
      )
    }
    const kept = await ground.kept()
    const { lost, twice } = compare(acknowledged, kept)
    return {
      ...{ acknowledged: acknowledged.length, kept: kept.length, lost, twice },
      ...{ unanswered, repeated, givenUp, errors: ground.errors },
    }
  } finally {
    await ground.remove()
  }
}

/**
 * Acknowledged and not kept as it was sent; and kept more than once.
 *
 * @param {readonly { serialNumber: string, commandId: string, returnCode: number }[]} acknowledged
 * @param {typeof acknowledged} kept
 */
function compare(acknowledged, kept) {
  const codes = new Map()
  let twice = 0
  for (const { serialNumber, commandId, returnCode } of kept) {
    const key = `${serialNumber} ${commandId}`
    if (codes.has(key)) twice++
    codes.set(key, returnCode)
  }
  const lost = acknowledged.filter(({ serialNumber, commandId, returnCode }) => {
    return codes.get(`${serialNumber} ${commandId}`) !== returnCode
  })
  return { lost: lost.length, twice }
}

/** Single replies, batches and files. @param {number} round */
function repliesOf(round) {
  /** @type {NonNullable<import('express-iclock/simulator').LoadOptions['replies']>} */
  return (body, records) => {
    const commandId = `r${round}b${body}`
    if (body % 5 === 0) {
      const size = 5000 + body
      const record = records.getFile(commandId, 'log.txt', Buffer.alloc(size, body))
      return [{ commandId, returnCode: size, record }]
    }
    return Array.from({ length: body % 3 === 0 ? 4 : 1 }, (_, index) => {
      return { commandId: `${commandId}n${index}`, returnCode: body + index }
    })
  }
}

/** Some bodies are sent again though they were answered, and of some the answer gets lost. @param {number} body */
function faultsOf(body) {
  if (body % 4 === 1) return { repeats: 1 }
  return body % 4 === 2 ? { cutAfter: Infinity } : undefined
}

/** Numbers from 0 to 1 that are the same for a seed. @param {number} seed */
function randomFrom(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * A careless adapter must be found out, too: otherwise a campaign that finds nothing proves nothing.
 *
 * @type {Pick<Campaign, 'kill' | 'kills' | 'broken'>[]}
 */
const CAMPAIGNS = [
  { kill: 'app', kills: 20, broken: false },
  { kill: 'app', kills: 3, broken: true },
  { kill: 'mongodb', kills: 5, broken: false },
  { kill: 'mongodb', kills: 3, broken: true },
]

async function main() {
  const { values } = parseArgs({
    options: {
      kill: { type: 'string' },
      kills: { type: 'string' },
      seed: { type: 'string', default: `${Date.now() % 100_000}` },
      broken: { type: 'boolean', default: false },
    },
  })
  const { kill, kills, broken } = values
  if (kill !== undefined && !Object.hasOwn(GROUNDS, kill)) {
    throw new Error(`--kill is "${kill}"; expected one of ${Object.keys(GROUNDS).join(', ')}`)
  }
  if (kills !== undefined && !(Number(kills) > 0)) {
    throw new Error(`--kills is "${kills}"; expected a number above 0`)
  }
  const campaigns =
    kill === undefined
      ? CAMPAIGNS
      : [{ kill: /** @type {Campaign['kill']} */ (kill), kills: 200, broken }]
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const campaign of campaigns) {
    const careless = campaign.broken ? ', an adapter that answers before it stores' : ''
    const title = `${campaign.kill} killed again and again${careless}`
    try {
      const outcome = await judge({
        ...campaign,
        kills: Number(kills ?? campaign.kills),
        seed: Number(values.seed),
        say: (line) => process.stdout.write(`${line}\n`),
      })
      count[outcome ? 'passed' : 'failed']++
      process.stdout.write(`${outcome ? 'passed' : 'FAILED'}: ${title}\n\n`)
    } catch (error) {
      const { message } = /** @type {Error} */ (error)
      const isSkipped = error instanceof NoServer && process.env.REQUIRE_MONGODB !== '1'
      count[isSkipped ? 'skipped' : 'failed']++
      process.stdout.write(`${isSkipped ? 'skipped' : 'FAILED'}: ${title}: ${message}\n\n`)
    }
  }
  process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`)
  process.exitCode = count.failed === 0 ? 0 : 1
}

/** Runs a campaign, prints its counts, and returns whether they are right. @param {Campaign} campaign */
async function judge(campaign) {
  const { errors, ...counts } = await runCampaign(campaign)
  for (const [name, count] of Object.entries({ ...counts, ...errors })) {
    process.stdout.write(`${name}: ${count}\n`)
  }
  if (campaign.broken) return counts.lost > 0
  const isRight = counts.lost === 0 && counts.twice === 0 && counts.givenUp === 0
  return isRight && counts.kept === counts.acknowledged && counts.acknowledged > 0
}

if (import.meta.url === pathToFileURL(`${process.argv[1]}`).href) await main()
