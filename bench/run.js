// What the endpoints cost over servers that do the least, as ratios within one run: absolute figures differ from machine to
// machine. `npm run bench [-- replies|polls|uploads|fleet|history …]`: all rows by default. Also `--json`, `--rounds N`, `--seconds N`,
// `--storage memory,mongodb,postgresql`, `--terminals N`; `--brief` shows in a few seconds a topic that each row can be measured.
import { print, topics } from './measure.js'

// The parsers of replies come first, while this process has done nothing else.
const TOPICS = ['replies', 'polls', 'uploads', 'fleet', 'history']
const unknown = topics.find((topic) => !TOPICS.includes(topic))
if (unknown !== undefined) {
  console.error(`There are no rows named "${unknown}"; expected ${TOPICS.join(', ')}`)
  process.exit(2)
}
for (const topic of TOPICS) {
  if (topics.length > 0 && !topics.includes(topic)) continue
  const { measure } = await import(`./${topic}.js`)
  await measure()
}
print()
