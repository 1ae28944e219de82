// Shared by all rows: the options of the run, medians, and the table at the end.
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    brief: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    storage: { type: 'string', default: 'memory,sqlite,mongodb,postgresql' },
    terminals: { type: 'string' },
  },
})
/** Whether to show only that every row can be measured. */
export const { brief } = values

/** The requested topics; all if empty. */
export const topics = positionals
export const rounds = Number(values.rounds ?? (brief ? 1 : 5))
/** How long one load lasts. */
export const seconds = Number(values.seconds ?? (brief ? 0.2 : 1))
export const storages = values.storage.split(',')
/** How many terminals the fleet has. */
export const terminals = Number(values.terminals ?? (brief ? 100 : 10_000))
/** The size of a load: with `--brief`, a hundredth. */
export const sized = (amount) => (brief ? Math.max(10, Math.ceil(amount / 100)) : amount)

if (!(rounds >= 1 && seconds > 0 && terminals >= 1)) {
  console.error(
    `--rounds is ${rounds}, --seconds ${seconds} and --terminals ${terminals}; expected numbers above 0`,
  )
  process.exit(2)
}

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
export const rounded = (number) => Number(number.toPrecision(3))
export const progress = (what) => process.stderr.write(`${what} …\n`)

const rows = []
/** Adds a row to the table, and prints it immediately; the aim is text such as `>= 0.9`. */
export function row(what, figure, aim = '', more = '') {
  rows.push({ what, figure, aim, more })
  process.stderr.write(`  ${what}: ${rounded(figure)} ${aim && `(${aim})`} ${more}\n`)
}

/** Milliseconds a call takes, the median over rounds in which they take turns. */
export function times(calls) {
  const results = calls.map(() => [])
  for (let round = 0; round <= rounds * 2; round++) {
    calls.forEach((call, index) => {
      const start = performance.now()
      let count = 0
      while (count === 0 || performance.now() - start < sized(60)) {
        call()
        count++
      }
      if (round > 0) results[index].push((performance.now() - start) / count)
    })
  }
  return results.map(median)
}

export function print() {
  if (values.json) {
    console.log(JSON.stringify({ node: process.version, brief, rounds, seconds, rows }, null, 2))
    return
  }
  if (brief) console.log('A brief run: the figures show that each row can be measured, no more.')
  console.table(
    rows.map(({ figure, ...others }) => ({ ...others, figure: rounded(figure) })),
    ['what', 'figure', 'aim', 'more'],
  )
}
