import { expect, it } from 'vitest'
import { namedCommands } from '../../checks/commands/named.js'
import { CI, PLAN } from '../../checks/commands/plan.js'

const named = namedCommands()

it('CI runs each command that a page or package.json names, or says why not', () => {
  const planned = Object.keys(PLAN)
  expect([...named.keys()].filter((name) => !CI.has(name)).toSorted()).toEqual(planned.toSorted())
})

it('A command is read from a block, from prose and from the names of scripts', () => {
  expect(named.get('npm run demo')).toEqual(new Set(['package.json', 'README.md']))
  expect(named.get('npm run bench -- polls')).toEqual(new Set(['docs/performance.md']))
  expect(named.get('npm run example:nginx')).toContain('README.md')
})
