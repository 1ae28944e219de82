// Polls: idle ones, and those that get a command.
import { withDatabases } from './database.js'
import { progress, sized, storages } from './measure.js'
import { compare } from './subject.js'

const TERMINALS = 100
const HANDED_OUT = sized(6000)
const STEP = 1_000_000

const pollOf = (index) => ({ method: 'GET', path: `/iclock/getrequest?SN=BENCH${index}` })

export async function measure() {
  await withDatabases(storages, async (database) => {
    const idle = {
      what: `idle poll on ${database.name}`,
      database,
      request: (n) => pollOf(n % TERMINALS),
    }
    progress(`idle polls on ${database.name}`)
    await compare({
      ...{ ...idle, kind: 'express, router', floor: 'express, poll floor' },
      aim: '>= 0.9',
    })
    await compare({
      ...{ ...idle, kind: 'node:http, poll', floor: 'node:http, poll floor' },
      aim: '>= 0.85',
    })
    progress(`polls that hand out on ${database.name}`)
    await compare({
      ...{ kind: 'express, router', floor: 'express, hand-out floor', database },
      what: `poll that hands out on ${database.name}`,
      request: pollOf,
      amount: HANDED_OUT,
      // One for each poll of the warm-up and of the load.
      prepare: async (server) => {
        for (const first of [0, STEP]) {
          const serialNumbers = Array.from({ length: HANDED_OUT }, (_, n) => `BENCH${first + n}`)
          await server.ask('issue', { serialNumbers })
        }
      },
    })
  })
}
