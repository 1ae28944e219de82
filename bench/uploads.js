// Uploads of attendance and replies: new to storage each time. And the parser of ATTLOG compared
// with one that splits.
import { parseUpload } from 'express-iclock'
import { withDatabases } from './database.js'
import { brief, progress, row, sized, storages, times } from './measure.js'
import { naiveAttendance } from './naive.js'
import { compare } from './subject.js'

const MANY = brief ? 50 : 1000

/** Lines that no other upload has. */
function lines(count, upload) {
  let text = ''
  for (let line = 0; line < count; line++) {
    text += `${upload * count + line}\t2026-01-01 08:00:${String(line % 60).padStart(2, '0')}\t0\t1\t0\t0\t0\n`
  }
  return text
}

const uploadOf = (count) => (index) => ({
  method: 'POST',
  path: '/iclock/cdata?SN=BENCH&table=ATTLOG&Stamp=1',
  body: lines(count, index),
})
const replyOf = (index) => ({
  method: 'POST',
  path: '/iclock/devicecmd?SN=BENCH',
  body: `ID=${index}&Return=0&CMD=CHECK\n`,
})

export async function measure() {
  for (const count of [1, 20, 1000, 10_000]) {
    progress(`parseUpload against split, ${count} lines of ATTLOG`)
    const body = Buffer.from(lines(count, 1_000_000))
    const [ours, naive] = times([
      () => parseUpload(body, { table: 'ATTLOG' }),
      () => naiveAttendance(body),
    ])
    const perLine = `${Math.round((ours / count) * 1e6)} ns a line`
    row(
      `parseUpload of ATTLOG : split with the same members, ${count} lines`,
      naive / ours,
      '>= 2',
      perLine,
    )
  }
  await withDatabases(storages, async (database) => {
    for (const count of [1, MANY]) {
      progress(`uploads of ${count} on ${database.name}`)
      const upload = {
        ...{
          what: `upload of ${count} lines on ${database.name}`,
          database,
          request: uploadOf(count),
        },
        ...(count === MANY && { amount: sized(100) }),
        aim: count === 1 ? '>= 0.9' : '',
      }
      await compare({ ...upload, kind: 'express, router', floor: 'express, upload floor' })
      await compare({ ...upload, kind: 'node:http, upload', floor: 'node:http, upload floor' })
    }
    progress(`replies on ${database.name}`)
    await compare({
      ...{ what: `reply on ${database.name}`, database, request: replyOf, aim: '' },
      ...{ kind: 'express, router', floor: 'express, reply floor' },
    })
  })
}
