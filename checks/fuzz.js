// Parses random bodies with both parsers: no octet may get lost. With `--against`, the folder of
// another commit's build, both commits must parse alike. npm run test:fuzz [-- --bodies 200000
// --seed 1 --against ../older]
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as present from 'express-iclock'
import { casesOf } from './fuzz/body.js'

/** @typedef {Pick<typeof present, 'parseReplies' | 'parseUpload'>} Parsers */
/** @typedef {ReturnType<typeof present.parseReplies> | ReturnType<typeof present.parseUpload>} Parsed */

const { values } = parseArgs({
  options: {
    bodies: { type: 'string', default: '200000' },
    seed: { type: 'string', default: `${Date.now() % 100_000}` },
    against: { type: 'string' },
  },
})
const bodies = Number(values.bodies)
const seed = Number(values.seed)
if (!(Number.isSafeInteger(bodies) && bodies > 0 && Number.isSafeInteger(seed))) {
  throw new Error(`--bodies is "${values.bodies}", --seed "${values.seed}"; expected whole numbers`)
}
/** @type {Parsers | undefined} */
const older = values.against && (await import(resolve(values.against, 'dist/esm/index.js')))

const began = performance.now()
const nextCase = casesOf(seed)
let records = 0
let unparsed = 0
let failed = 0
for (let body = 0; body < bodies && failed < 10; body++) {
  // V8 frees decoders only between turns of the event loop.
  if (body % 1000 === 0) await new Promise(setImmediate)
  const drawn = nextCase()
  for (const parser of /** @type {const} */ (['parseReplies', 'parseUpload'])) {
    const parsed = parse(present, parser, drawn)
    const fault = faultOf(parsed, drawn) ?? differenceOf(parser, parsed, drawn)
    if (fault !== undefined) {
      failed++
      console.log(`body ${body} of seed ${seed}, ${parser}: ${fault}`)
      console.log(JSON.stringify({ ...drawn, body: drawn.body.toString('latin1') }))
    }
    if ('message' in parsed) continue
    records += recordsOf(parsed).length
    unparsed += parsed.unparsed.length
  }
}
const seconds = ((performance.now() - began) / 1000).toFixed(1)
console.log(
  `${bodies} bodies of seed ${seed} in ${seconds} s: ${records} records, ${unparsed} unparsed lines`,
)
console.log(`${failed === 0 ? 1 : 0} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/**
 * @param {Parsers} parsers
 * @param {keyof Parsers} parser
 * @param {import('./fuzz/body.js').Case} drawn
 * @returns {Parsed | Error & { code?: string }}
 */
function parse(parsers, parser, { body, upload, encoding, maxRecords }) {
  try {
    if (parser === 'parseUpload') return parsers.parseUpload(body, upload)
    return parsers.parseReplies(body, { serialNumber: 'A', encoding, maxRecords })
  } catch (error) {
    return /** @type {Error} */ (error)
  }
}

/**
 * The fault of a single result: an error that isn't a limit, octets in no record, or in two.
 *
 * @param {Parsed | Error & { code?: string }} parsed
 * @param {import('./fuzz/body.js').Case} drawn
 */
function faultOf(parsed, { body, maxRecords }) {
  if ('message' in parsed) {
    return parsed.code === 'TOO_MANY_RECORDS' && maxRecords < Infinity ? undefined : parsed.stack
  }
  const views = [...recordsOf(parsed).map(({ raw }) => raw), ...parsed.unparsed]
  views.sort((a, b) => a.byteOffset - b.byteOffset)
  let end = 0
  for (const view of views) {
    const start = view.byteOffset - body.byteOffset
    if (start < end) return `octets ${start} to ${end} are in two records`
    if (!isBlank(body.subarray(end, start))) return `octets ${end} to ${start} are in no record`
    end = start + view.length
  }
  return isBlank(body.subarray(end)) ? undefined : `octets from ${end} on are in no record`
}

/**
 * @param {keyof Parsers} parser
 * @param {Parsed | Error} parsed
 * @param {import('./fuzz/body.js').Case} drawn
 */
function differenceOf(parser, parsed, drawn) {
  if (older === undefined) return undefined
  const other = parse(older, parser, drawn)
  return isAlike(parsed, other) ? undefined : `${shown(parsed)}\ninstead of ${shown(other)}`
}

/**
 * @param {any} one
 * @param {any} other
 * @returns {boolean}
 */
function isAlike(one, other) {
  if (typeof one !== 'object' || one === null || other === null) return Object.is(one, other)
  if (one instanceof Error) return `${one}` === `${other}`
  if (Buffer.isBuffer(one)) return Buffer.isBuffer(other) && one.equals(other)
  if (one instanceof Date) return one.getTime() === other?.getTime?.()
  const names = Object.keys(one)
  const others = Object.keys(other)
  return (
    names.length === others.length &&
    names.every((name, at) => name === others[at] && isAlike(one[name], other[name]))
  )
}

/** @param {Parsed} parsed */
function recordsOf(parsed) {
  return 'replies' in parsed ? parsed.replies : parsed.records
}

/** @param {Buffer} octets */
function isBlank(octets) {
  return octets.every(
    (octet) => octet === 0 || octet === 9 || octet === 10 || octet === 13 || octet === 32,
  )
}

/** @param {unknown} value */
function shown(value) {
  return JSON.stringify(value, (_, member) =>
    member?.type === 'Buffer' ? Buffer.from(member.data).toString('latin1') : member,
  )
}
