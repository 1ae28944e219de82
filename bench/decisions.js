// Questions whether a door may open: each is decided, stored and answered.
import { withDatabases } from './database.js'
import { progress, sized, storages } from './measure.js'
import { compare } from './subject.js'

// Each of them asks a few times within the minute in which a repeated question is recognized.
const TERMINALS = 500
// Memory looks through all that it stores for the last minute's decisions.
const AMOUNT = sized(3000)

const question = (index) => ({
  method: 'POST',
  path: `/iclock/cdata?SN=BENCH${index % TERMINALS}&AuthType=device`,
  body: `time=2026-03-01 08:15:00\tpin=${index}\tcardno=0\taddrtype=2\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=4`,
})

export async function measure() {
  await withDatabases(storages, async (database) => {
    progress(`decisions on ${database.name}`)
    await compare({
      ...{ kind: 'express, deciding router', floor: 'express, decision floor', database },
      what: `decision on ${database.name}`,
      request: question,
      amount: AMOUNT,
      aim: '>= 0.8',
    })
  })
}
