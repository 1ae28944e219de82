// Tables of the docs name what the code has, all of it, and nothing else.
import { expect, it } from 'vitest'
import { access, attendance, dangerous } from '../../src/commands.js'
import { CHANNELS } from '../../src/endpoint/diagnostics.js'
import { IclockError, type IclockErrorCode } from '../../src/endpoint/errors.js'
import { commandQueue, commandReplyRouter, memoryAdapter, terminalRouter } from '../../src/index.js'
import { monitorRouter } from '../../src/monitor.js'
import { textOf } from '../support/page.js'

const rowsOf = (page: string) =>
  textOf(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))

it('The table has a row for each error, with its status, and for no other', () => {
  const rows = rowsOf('docs/errors.md').flatMap((row) => {
    const [, code, status] = /^\| `([A-Z_]+)` \| (\d+) \|/.exec(row) ?? []
    return code === undefined ? [] : [[code, Number(status)]]
  })
  const codes = [...textOf('src/endpoint/errors.ts').matchAll(/^ {2}([A-Z_]+): \d+,$/gm)]
  const errors = codes.map(([, code]) => {
    return [code, new IclockError(code as IclockErrorCode, '').status]
  })
  expect(rows.toSorted()).toEqual(errors.toSorted())
})

it('The table has a row for each diagnostics channel', () => {
  const rows = rowsOf('docs/diagnostics.md').flatMap((row) => {
    return /^\| `express-iclock:(\w+)`/.exec(row)?.[1] ?? []
  })
  expect(rows.toSorted()).toEqual(Object.keys(CHANNELS).toSorted())
})

it('The docs name only builders that exist, and each that puts, enrolls, opens or asks', () => {
  const [, table = ''] = textOf('docs/commands.md').split('| | `attendance` | `access` |')
  const named: Record<string, string[]> = { attendance: [], access: [] }
  for (const row of (table.split('\n\n')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))) {
    const [, , left = '', right = ''] = row.split('|')
    for (const [cell, family] of [
      [left, 'attendance'],
      [right, 'access'],
    ] as const) {
      named[family]?.push(...[...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name))
    }
  }
  const isFamilyOfPut = (name: string) => /^(delete|query)[A-Z]/.test(name)
  for (const [family, builders] of Object.entries({ attendance, access })) {
    const has = Object.keys(builders)
    expect(named[family]?.filter((name) => !has.includes(name))).toEqual([])
    expect(has.filter((name) => !named[family]?.includes(name) && !isFamilyOfPut(name))).toEqual([])
  }
  const page = textOf('docs/commands.md')
  for (const builders of Object.values(dangerous)) {
    expect(Object.keys(builders).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  }
})

it('The docs explain every option of the routers, the page and the queue', () => {
  const sections = textOf('docs/options.md').split(/^## /m)
  sections.push(`monitorRouter ${textOf('docs/monitor.md')}`)
  for (const [title, make] of [
    ['terminalRouter', terminalRouter],
    ['commandReplyRouter', commandReplyRouter],
    ['monitorRouter', monitorRouter],
    ['commandQueue', (options: never) => commandQueue(memoryAdapter(), options)],
  ] as const) {
    let told = ''
    try {
      make({ none: true } as never)
    } catch (error) {
      told = String(error)
    }
    const options = /the options are (.*)/.exec(told)?.[1]?.split(', ') ?? []
    expect(options.length).toBeGreaterThan(1)
    const section = sections.find((text) => text.startsWith(title)) ?? ''
    expect(options.filter((option) => !new RegExp(`\`${option}\\b`).test(section))).toEqual([])
  }
})
