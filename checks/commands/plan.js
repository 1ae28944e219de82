// How CI runs each command for people to type.
import { readFileSync } from 'node:fs'
import { ROOT } from '../../test/support/page.js'

/**
 * How a command is run: by another program of CI, which names it (`by`); by checks/commands.js, as it is or in this form
 * (`run`); or not at all, for a reason (`skip`).
 *
 * `isNewcomer`: in a copy of the repository, like a clone. `isServed`: with an app at the address
 * that it names. `until`: it is interrupted once it has printed this. `prints`: what it must print.
 *
 * @typedef {{ by: string } | { skip: string } | Run} Step
 * @typedef {{ run?: string, isNewcomer?: boolean, isServed?: boolean, until?: RegExp, prints?: RegExp }} Run
 */

const RELEASE = { skip: 'it belongs to a release' }
const PUBLISHED = { skip: 'it asks for what npm has; test:consumers installs the tarball' }
const BENCH = { run: 'npm run bench -- --brief' }
const EXAMPLES = { by: 'test/examples/programs.test.ts' }
// test:all runs these tests; here it is shown that the script finds and loads them.
const collect = (/** @type {string} */ name) => ({ run: `npm run ${name} -- -t 'no such title'` })

/** In this order; what `.ci/run` itself runs needs no line. @type {Readonly<Record<string, Step>>} */
export const PLAN = {
  'npm install': { isNewcomer: true },
  'npm test': { isNewcomer: true, prints: /Tests .*\d+ passed/ },
  'npm run demo': { isNewcomer: true, prints: /succeeded/ },
  'npx vitest run test/reply/parse.test.ts': { isNewcomer: true, prints: /Tests .*\d+ passed/ },
  "npx vitest run -t 'A repeated reply'": {
    ...{ isNewcomer: true, prints: /Tests .*\d+ passed/ },
    run: "npx vitest run --project node -t 'A repeated reply'",
  },
  "npx vitest run --project 'express 4'": { isNewcomer: true, prints: /Tests .*\d+ passed/ },
  'npx biome check --write .': { isNewcomer: true, prints: /No fixes applied/ },

  'npm run demo:page': { run: 'PORT=0 npm run demo:page', until: /http:\S+/ },
  'npx express-iclock': { run: 'npx express-iclock --help', prints: /Usage:/ },
  'npx express-iclock terminal --url localhost:3000 --sn 0316144680030': {
    ...{ isServed: true, until: /no commands/ },
  },
  'npx express-iclock reply --url localhost:3000 --sn 0316144680030 1001=0 1002=-10:DATA': {
    ...{ isServed: true, prints: /OK/ },
  },
  "curl 'http://192.168.1.10:8080/iclock/cdata?SN=TEST&options=all'": {
    ...{ isServed: true, prints: /GET OPTION FROM: TEST/ },
  },

  'npm run bench': BENCH,
  'npm run bench -- decisions': BENCH,
  'npm run bench -- events': BENCH,
  'npm run bench -- history': BENCH,
  'npm run bench -- polls': BENCH,
  'npm run bench -- roster': BENCH,
  'npm run bench -- statements': BENCH,
  'npm run bench -- fleet --terminals 10000': BENCH,

  'npm run test:long': collect('test:long'),
  'npm run test:browser': collect('test:browser'),
  'npm run test:postgres': collect('test:postgres'),
  'npm run test:mariadb': collect('test:mariadb'),
  'npm run test:mongodb': collect('test:mongodb'),

  'node people.mjs': { by: 'test/docs/run.test.ts' },
  'node people.mjs apply': { by: 'test/docs/run.test.ts' },
  'npm run example:dashboard': EXAMPLES,
  'npm run example:hr-app-jest': EXAMPLES,
  'npm run example:hr-app-postgres': { by: 'test/examples/hr-app-postgres.postgres.test.ts' },
  'npm run example:mongo': { by: 'test/examples/mongo.mongodb.test.ts' },
  'npm run example:nginx': { by: 'test/examples/nginx.test.ts' },
  'npm run example:storages': EXAMPLES,
  'npm run example:webhooks': EXAMPLES,

  '.ci/run': { skip: 'this check is a part of it' },
  'npm install express-iclock': PUBLISHED,
  'npm install express-iclock express': PUBLISHED,
  'npm install express-iclock@latest': PUBLISHED,
  'npm publish --provenance': RELEASE,
  'npm version patch': RELEASE,
}

/** The commands that `.ci/run` runs. */
export const CI = new Set(
  readFileSync(`${ROOT}.ci/run`, 'utf8')
    .split('\n')
    .map((line) => /^(?:count )?(npm (?:run )?(?:--silent )?[\w:-]+)/.exec(line)?.[1] ?? '')
    .map((command) => command.replace('--silent ', '')),
)
