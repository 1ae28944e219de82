// Kills apps, databases and terminals again and again while terminals are commanded; then counts what went wrong.
// npm run test:crash, or one campaign: npm run test:crash -- --storage journal|sqlite|postgres|mongodb|mongodb-apps|
//   galera|standby|pgbouncer [--kills 200] [--seed 1] [--clocks] [--kinds] [--events] [--broken claim|answer|early|file|rows|family|overtake|ahead]
import { parseArgs } from 'node:util'
import { DEFECT_NAMES } from './crash/broken.js'
import { runCampaign } from './crash/campaign.js'
import { GROUND_NAMES, NoServer } from './crash/database.js'

/** @typedef {Pick<import('./crash/campaign.js').Campaign, 'ground' | 'kills' | 'broken' | 'clocks' | 'kinds' | 'events'>} Plan */

const LONG = 200
const MOST_RUNS = 4

/**
 * Each defect must be found, too: otherwise a campaign that finds nothing proves nothing.
 *
 * @type {Plan[]}
 */
const PLANS = [
  { ground: 'journal', kills: 4, kinds: true },
  { ground: 'journal', kills: 4, clocks: true },
  { ground: 'sqlite', kills: 8, events: true },
  { ground: 'postgres', kills: 8, kinds: true, events: true },
  { ground: 'postgres', kills: 6, clocks: true },
  { ground: 'mongodb-apps', kills: 3, kinds: true, events: true },
  { ground: 'mongodb-apps', kills: 4, clocks: true },
  { ground: 'journal', kills: 2, broken: 'claim' },
  { ground: 'journal', kills: 4, broken: 'answer' },
  { ground: 'journal', kills: 4, broken: 'early' },
  { ground: 'journal', kills: 2, broken: 'file', kinds: true },
  { ground: 'journal', kills: 2, broken: 'rows', kinds: true },
  { ground: 'journal', kills: 2, broken: 'family', kinds: true },
  { ground: 'journal', kills: 2, broken: 'overtake' },
  { ground: 'journal', kills: 2, broken: 'ahead', clocks: true },
  { ground: 'postgres', kills: 2, broken: 'claim' },
]

// What runs only if it is asked for by `--storage`, and why.
const ON_REQUEST = {
  mongodb:
    'FerretDB on a busy machine answers so slowly that its terminals are not done in time; its updates are not atomic either',
}

/** What says that a ground may not be missing. @type {Readonly<Record<string, string>>} */
const REQUIRED = {
  postgres: 'REQUIRE_POSTGRES',
  galera: 'REQUIRE_ENGINES',
  standby: 'REQUIRE_ENGINES',
  pgbouncer: 'REQUIRE_ENGINES',
}

const print = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`)

function readOptions() {
  const { values } = parseArgs({
    options: {
      storage: { type: 'string' },
      kills: { type: 'string' },
      seed: { type: 'string', default: `${Date.now() % 100_000}` },
      broken: { type: 'string' },
      clocks: { type: 'boolean', default: false },
      kinds: { type: 'boolean', default: false },
      events: { type: 'boolean', default: false },
    },
  })
  const { storage, broken, kills, clocks, kinds, events } = values
  checkOneOf('storage', storage, GROUND_NAMES)
  checkOneOf('broken', broken, DEFECT_NAMES)
  if (kills !== undefined && !(Number(kills) > 0)) {
    throw new Error(`--kills is "${kills}"; expected a number above 0`)
  }
  const ground = /** @type {Plan['ground']} */ (storage ?? 'journal')
  const defect = /** @type {Plan['broken']} */ (broken)
  const isOne = storage !== undefined || broken !== undefined || clocks || kinds || events
  /** @type {Plan[]} */
  const plans = isOne
    ? [
        {
          ground,
          kills: defect ? 4 : LONG,
          clocks,
          kinds,
          events,
          ...(defect && { broken: defect }),
        },
      ]
    : PLANS
  return {
    seed: Number(values.seed),
    plans: plans.map((plan) => ({ ...plan, kills: Number(kills ?? plan.kills) })),
  }
}

/** @param {string} name @param {string | undefined} value @param {readonly string[]} known */
function checkOneOf(name, value, known) {
  if (value === undefined || known.includes(value)) return
  throw new Error(`--${name} is "${value}"; expected one of ${known.join(', ')}`)
}

/**
 * Prints what a campaign counted, and returns whether it is correct. @param {Plan} plan @param
 * {number} seed
 */
async function isRight(plan, seed) {
  const found = await runCampaign({ ...plan, seed, say: print })
  const { faults, races, counts, killed, isAtomic, refusals } = found
  /** @param {string} title @param {Record<string, number>} table */
  const show = (title, table) => {
    const entries = Object.entries(table).map(([name, count]) => `${name} ${count}`)
    print(`  ${title}: ${entries.join(', ')}`)
  }
  show('killed', killed)
  show('done', counts)
  show('must be 0', faults)
  show(isAtomic ? 'must be 0' : "the server's fault if not 0", races)
  for (const line of found.contradictions) print(`  contradicted: ${line}`)
  for (const [refusal, count] of Object.entries(refusals)) print(`  refused ${count}: ${refusal}`)
  const judged = Object.values({ ...faults, ...(isAtomic && races) })
  const isClean = judged.every((count) => count === 0)
  if (plan.broken) return !isClean
  return isClean && counts.executed > 0 && counts['replies acknowledged'] > 0
}

async function main() {
  const { plans, seed } = readOptions()
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const plan of plans) {
    const began = Date.now()
    const notes = `${plan.kinds ? ', all kinds' : ''}${plan.events ? ', events' : ''}${plan.clocks ? ', clocks apart' : ''}`
    const what = `${plan.ground}${notes}`
    const title = plan.broken ? `${what}: ${plan.broken} is found` : what
    const is = (/** @type {keyof typeof count} */ verdict, /** @type {string} */ note) => {
      count[verdict]++
      print(`${verdict}: ${title}${note}\n`)
    }
    try {
      let passed = await isRight(plan, seed)
      // A defect shows by chance, as whatever dies does at the wrong moment.
      for (let more = 1; plan.broken && !passed && more < MOST_RUNS; more++) {
        passed = await isRight(plan, seed + more)
      }
      is(passed ? 'passed' : 'failed', `, ${Math.round((Date.now() - began) / 1000)} s`)
    } catch (error) {
      const isRequired = process.env[REQUIRED[plan.ground] ?? 'REQUIRE_MONGODB'] === '1'
      const isSkipped = error instanceof NoServer && !isRequired
      is(isSkipped ? 'skipped' : 'failed', `: ${/** @type {Error} */ (error).stack}`)
    }
  }
  for (const [ground, why] of Object.entries(plans.length > 1 ? ON_REQUEST : {})) {
    count.skipped++
    print(`skipped: ${ground}: ${why}\n`)
  }
  const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`
  print(`${count.passed} passed, ${count.failed} failed${skipped}`)
  process.exitCode = count.failed === 0 ? 0 : 1
}

// An interrupted campaign ends its databases as it exits.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
await main()
