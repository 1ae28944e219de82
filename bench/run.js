// The cost of the endpoints over minimal servers, as ratios within one run: absolute figures differ
// between machines. `npm run bench [-- replies|polls|uploads|decisions|statements|fleet|history|events|roster …]`: all rows by default.
// Also `--json`, `--rounds N`, `--seconds N`, `--storage memory,sqlite,mongodb,postgresql`, `--terminals N`;
// `--brief` shows in a few seconds a topic that each row can be measured.
import { print, topics } from './measure.js'

// The parsers of replies come first, before this process has done anything else.
const TOPICS = [
  ...[
    'replies',
    'polls',
    'uploads',
    'decisions',
    'statements',
    'fleet',
    'history',
    'events',
    'roster',
  ],
]
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
