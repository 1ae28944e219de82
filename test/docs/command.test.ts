import { expect, it } from 'vitest'
import { namedCommands } from '../../checks/commands/named.js'
import { PLAN } from '../../checks/commands/plan.js'

it('The plan of checks/commands.js has each command that a page or package.json names, and no other', () => {
  expect(Object.keys(PLAN).toSorted()).toEqual([...namedCommands().keys()].toSorted())
})

it('A command is read from a block, from prose and from the names of scripts', () => {
  const named = namedCommands()
  expect(named.get('npm run demo')).toEqual(new Set(['package.json', 'README.md']))
  expect(named.get('npm run bench -- polls')).toEqual(new Set(['docs/performance.md']))
  expect(named.get('npm run example:nginx')).toContain('README.md')
})
