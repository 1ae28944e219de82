import { AssertionError } from 'node:assert'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { adapterContract, type ContractSubject } from '../src/contract.js'
import { memoryAdapter, type ReplyStorage } from '../src/index.js'
import { wholeSubject } from './contract/whole.js'

describe('An adapter with every optional call', () => {
  for (const { name, run } of adapterContract(() => wholeSubject())) it(name, run)
})

it('Each case gets a subject of its own, which is disposed of even if the case fails', async () => {
  const subjects: { disposed: number }[] = []
  const cases = adapterContract(() => {
    const subject = wholeSubject(({ adapter }) => {
      adapter.onReply = () => {
        throw new Error('full')
      }
    })
    const life = { disposed: 0 }
    subjects.push(life)
    return { ...subject, dispose: async () => void life.disposed++ }
  })
  const outcomes = await Promise.allSettled(cases.map(({ run }) => run()))
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(10)
  expect(subjects).toHaveLength(cases.length)
  expect(new Set(subjects.map(({ disposed }) => disposed))).toEqual(new Set([1]))
})

it('A failed case says why, even if dispose() fails too, and a failure of dispose() alone counts', async () => {
  const failing = (subject: ContractSubject) =>
    adapterContract(() => ({
      ...subject,
      dispose() {
        throw new Error('disposing failed')
      },
    }))[1]?.run()
  const wrong = wholeSubject()
  wrong.adapter.findCommand = () => undefined
  await expect(failing(wrong)).rejects.toBeInstanceOf(AssertionError)
  await expect(failing(wholeSubject())).rejects.toThrow('disposing failed')
})

const bare = (): ContractSubject => {
  const { findRecord, onReply, recordSent, replies } = memoryAdapter()
  const findCommand = (serialNumber: string, id: string) => findRecord(serialNumber, id)?.command
  return { adapter: { findCommand, onReply }, issue: recordSent, replies }
}

it("A case is skipped through the test's context, passed in or called", async () => {
  const skipped: string[] = []
  const context = { skip: (reason: string) => void skipped.push(reason) }
  for (const { run } of adapterContract(bare)) await run(context)
  const handedOver = skipped.splice(0)
  for (const { run } of adapterContract(bare)) await run.call(context)
  expect(skipped).toEqual(handedOver)
  const [lacking, ...others] = skipped
  expect(lacking?.replace('not proved: ', '').split('; ')).toEqual([
    'the adapter has no issue, openCommands, claim, release, cancel, findRecord, findSummaries, nextNumbers (terminalRouter and deliveryHandler need them to send commands, and so does commandQueue)',
    'the adapter has no onUpload (terminalRouter and uploadHandler need it for attendance and everything else that terminals upload)',
    'the adapter has no onContact, findTerminal (terminalRouter and handshakeHandler need them to know the terminals)',
    'the adapter has no onRefused, listRefused, forgetRefused (without them, nobody sees which serial numbers authorize refused)',
    'the adapter has no findRoster, listRoster, writeRoster, countRoster (roster needs them to know who is on which terminal)',
    'the adapter has no addOffer, findOffer, noteServed, listOffers, deleteOffer (fileOffers and the option openFile of terminalRouter need them to give files to terminals)',
    'the adapter has no forget, forgetPerson (your app needs them to delete what is old, and what is about a person)',
    'the adapter has no onUnparsed (without it, commandReplyRouter refuses a body with a line that is not a valid reply)',
    'the adapter has no findCommands, onReplies (without them, each reply of a body costs two round trips to storage)',
    'the subject has no reopen() (nothing is proved about two processes of an app)',
    'the subject has no stall() (nothing is proved about calls that are delayed on their way)',
    'the subject has no disconnect() (nothing is proved about storage that can not be reached)',
  ])
  expect(new Set(others)).toEqual(
    new Set([
      'not proved: the subject has no reopen()',
      'not proved: the subject has no stall()',
      'not proved: the subject has no disconnect()',
      'not proved: the adapter has no onUnparsed, or the subject no unparsed() to look at',
      'not proved: the adapter has no findCommands and onReplies',
      'not proved: the adapter has no issue, openCommands, claim, release, cancel, findRecord, findSummaries, nextNumbers',
      'not proved: the adapter has no openCommands, claim',
      'not proved: the adapter has no onUpload',
      'not proved: the adapter has no onContact, findTerminal',
      'not proved: the adapter has no onRefused, listRefused, forgetRefused',
      'not proved: the adapter has no forget, forgetPerson',
      'not proved: the adapter has no findRoster, listRoster, writeRoster, countRoster',
      'not proved: the adapter has no findRoster, listRoster, writeRoster, countRoster, forget, forgetPerson',
      'not proved: the adapter has no addOffer, findOffer, noteServed, listOffers, deleteOffer',
      'not proved: the adapter has no addOffer, findOffer, noteServed, listOffers, deleteOffer, forget',
      'not proved: the adapter has no listReplies',
      'not proved: the adapter has no listUnparsed',
      'not proved: the adapter has no eventLog, readEvents, onUpload',
    ]),
  )
})

it('A runner with no way to skip warns once for each reason of what is not proved', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  for (const { run } of adapterContract(bare)) await run()
  const warnings = warn.mock.calls.map(([warning]) => `${warning}`)
  warn.mockRestore()
  expect(new Set(warnings).size).toBe(warnings.length)
  expect(warnings).toContain(
    'Not proved, because the subject has no reopen():\n' +
      '  - A command that one process issued is found in another\n' +
      '  - Replies that two processes receive at the same moment are stored',
  )
})

it('What an adapter lacks of a capability is one failure, which says who needs it', async () => {
  const cases = adapterContract(() => {
    const subject = wholeSubject()
    const { nextNumbers: _, findTerminal: __, ...adapter } = subject.adapter
    return { ...subject, adapter }
  })
  const failures: string[] = []
  const context = { skip() {} }
  for (const { name, run } of cases) {
    if (!/capabilit|attempt|claim|counter|contact/i.test(name)) continue
    await run(context).catch(({ message }: Error) => failures.push(message))
  }
  expect(failures).toEqual([
    [
      'A router refuses the adapter when it is made.',
      'the adapter has issue, openCommands, claim, release, cancel, findRecord, findSummaries, but no nextNumbers: terminalRouter and deliveryHandler need them to send commands, and so does commandQueue',
      'the adapter has onContact, but no findTerminal: terminalRouter and handshakeHandler need them to know the terminals',
    ].join('\n'),
  ])
})

it("An app's own table of commands, whose rows get their replies, is refused by one case alone", async () => {
  const cases = adapterContract(() => {
    const { recordSent, findRecord, onReply, replies } = memoryAdapter()
    const findCommand = (serialNumber: string, id: string) => findRecord(serialNumber, id)?.command
    const adapter: ReplyStorage = {
      findCommand,
      onReply(reply, command) {
        const row = findCommand(reply.serialNumber, reply.commandId)
        return row === undefined ? undefined : onReply(reply, command)
      },
    }
    return { adapter, issue: recordSent, replies }
  })
  const refusing: string[] = []
  for (const { name, run } of cases) await run({ skip() {} }).catch(() => refusing.push(name))
  expect(refusing).toEqual([
    'Replies to commands that nobody issued are stored, whatever their ids',
  ])
})

it('A failure says what would go wrong in production', async () => {
  const forgetful = adapterContract(() =>
    wholeSubject(({ adapter }) => {
      adapter.onReply = () => {}
    }),
  )
  const run = forgetful.find(({ name }) => name === 'A repeated reply is stored once')?.run
  await expect(run?.()).rejects.toThrow(/^A terminal that sends again makes two results of one\.\n/)
})

describe('Under another runner, in both module systems', () => {
  const ESM = `import { memoryAdapter } from 'express-iclock'
    import { adapterContract } from 'express-iclock/contract'`
  const CJS = `const { memoryAdapter } = require('express-iclock')
    const { adapterContract } = require('express-iclock/contract')`
  const RUN = `const create = () => { const adapter = memoryAdapter(); const { replies, unparsed } = adapter; return { adapter, replies, unparsed } }
    for (const { name, run } of adapterContract(create)) test(name, run)`
  const cases = adapterContract(bare).length
  const create = () => {
    const adapter = memoryAdapter()
    const { replies, unparsed } = adapter
    return { adapter, replies, unparsed }
  }

  async function unproved(): Promise<string[]> {
    const reasons: string[] = []
    const context = { skip: (reason: string) => void reasons.push(reason) }
    for (const { run } of adapterContract(create)) await run(context)
    return reasons
  }

  async function runs(file: string, text: string, command: string[]) {
    const folder = await mkdtemp('test/runner-')
    try {
      await writeFile(`${folder}/${file}`, text)
      return await promisify(execFile)(process.execPath, [...command, `${folder}/${file}`])
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  it.each([
    ['run.mjs', `import { test } from 'node:test'; ${ESM}; ${RUN}`],
    ['run.cjs', `const { test } = require('node:test'); ${CJS}; ${RUN}`],
  ])('node:test passes every case and shows what it skips (%s)', async (file, text) => {
    const { stdout } = await runs(file, text, ['--test-reporter', 'tap'])
    const { length } = await unproved()
    expect(stdout).toContain(
      `# pass ${cases - length}\n# fail 0\n# cancelled 0\n# skipped ${length}\n`,
    )
  })

  it('Jest passes every case and warns of what it skips', async () => {
    const command = [
      'node_modules/jest/bin/jest.js',
      '--rootDir',
      'test',
      '--testMatch',
      '**/run.test.cjs',
    ]
    const { stderr } = await runs('run.test.cjs', `${CJS}; ${RUN}`, command)
    expect(stderr).toMatch(`Tests:       ${cases} passed, ${cases} total`)
    const warnings = stderr.match(/ContractWarning: Not proved, because /g)
    expect(warnings).toHaveLength(new Set(await unproved()).size)
  })
})
