import { AssertionError } from 'node:assert'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { keyOf } from '../src/command.js'
import { adapterContract, type ContractSubject } from '../src/contract.js'
import { type CommandReply, type IssuedCommand, memoryAdapter } from '../src/index.js'

// A right adapter with everything that a case can ask for, and its parts in reach of the faults below.
function wholeSubject() {
  const memory = memoryAdapter()
  let isConnected = true
  const connected = () => {
    if (!isConnected) throw new Error('not connected')
  }
  const adapter = {
    findCommand(serialNumber: string, commandId: string) {
      connected()
      return memory.findCommand(serialNumber, commandId)
    },
    onReply(reply: CommandReply, command: IssuedCommand | undefined) {
      connected()
      return memory.onReply(reply, command)
    },
    onUnparsed(lines: readonly Buffer[], serialNumber: string) {
      connected()
      return memory.onUnparsed?.(lines, serialNumber)
    },
    async findCommands(serialNumber: string, commandIds: readonly string[]) {
      const found = await Promise.all(commandIds.map((id) => this.findCommand(serialNumber, id)))
      return found.filter((command) => command != null)
    },
    async onReplies(answered: readonly { reply: CommandReply }[]) {
      for (const { reply } of answered) this.onReply(reply, undefined)
    },
  }
  return {
    adapter,
    issue: (command: IssuedCommand): unknown => memory.issue(command),
    replies: () => memory.replies(),
    unparsed: () => memory.unparsed(),
    disconnect() {
      isConnected = false
    },
  } satisfies ContractSubject
}

type Whole = ReturnType<typeof wholeSubject>

// A replacement for what is kept under a key, so that two replies meet where they must not.
function keyedBy(keyFor: (serialNumber: string, id: string) => unknown) {
  return (subject: Whole) => {
    const commands = new Map<unknown, IssuedCommand>()
    const replies = new Map<unknown, CommandReply>()
    subject.issue = (command) =>
      commands.set(keyFor(command.serialNumber, command.commandId), command)
    subject.adapter.findCommand = (serialNumber, id) => commands.get(keyFor(serialNumber, id))
    subject.adapter.onReply = (reply) => {
      replies.set(keyFor(reply.serialNumber, reply.commandId), reply)
    }
    subject.replies = () => [...replies.values()]
  }
}

function keepingAll(subject: Whole) {
  const replies: CommandReply[] = []
  subject.adapter.onReply = (reply) => void replies.push(reply)
  subject.replies = () => replies
}

function keepingChanged(change: (reply: CommandReply) => Partial<CommandReply>) {
  return (subject: Whole) => {
    const { onReply } = subject.adapter
    subject.adapter.onReply = (reply, command) =>
      onReply({ ...reply, ...change(reply) } as CommandReply, command)
  }
}

const throughText = (bytes: Buffer) => Buffer.from(bytes.toString())
const fieldsOf = (reply: CommandReply, change: (pair: [string, string]) => [string, string][]) => ({
  fields: Object.fromEntries(Object.entries(reply.fields).flatMap(change)),
})

const FAULTS: Record<string, Record<string, (subject: Whole) => void>> = {
  'finds a command as it was issued': {
    'finds none': ({ adapter }) => {
      adapter.findCommand = () => undefined
    },
    'cuts its text at 255 characters': (subject) => {
      const { issue } = subject
      subject.issue = (command) => issue({ ...command, text: command.text.slice(0, 255) })
    },
    'keeps its text as Latin-1': (subject) => {
      const { issue } = subject
      subject.issue = (command) =>
        issue({ ...command, text: Buffer.from(command.text, 'latin1').toString('latin1') })
    },
  },
  'finds nothing where nothing was issued': {
    'finds a command that it makes up': ({ adapter }) => {
      adapter.findCommand = (serialNumber, commandId) => ({ serialNumber, commandId, text: '' })
    },
    'finds by a pattern': (subject) => {
      const commands: IssuedCommand[] = []
      subject.issue = (command) => commands.push(command)
      subject.adapter.findCommand = (serialNumber, id) =>
        commands.find(
          (command) => command.serialNumber === serialNumber && command.commandId.startsWith(id),
        )
    },
    'finds for any device': keyedBy((_, id) => id),
  },
  'takes ids and serial numbers for text, letter by letter': {
    'takes ids for numbers': keyedBy((serialNumber, id) => keyOf(serialNumber, `${Number(id)}`)),
    'reads ids with parseInt': keyedBy((serialNumber, id) =>
      keyOf(serialNumber, `${Number.parseInt(id, 10) || id}`),
    ),
    'takes no note of letter case': keyedBy((serialNumber, id) =>
      keyOf(serialNumber, id).toLowerCase(),
    ),
    'trims ids': keyedBy((serialNumber, id) => keyOf(serialNumber, id.trim())),
    'trims serial numbers': keyedBy((serialNumber, id) => keyOf(serialNumber.trim(), id)),
    'takes no note of accents': keyedBy((serialNumber, id) =>
      keyOf(serialNumber, id.normalize('NFD').replace(/\p{M}/gu, '')),
    ),
    'normalizes ids': keyedBy((serialNumber, id) => keyOf(serialNumber, id.normalize())),
    'cuts ids at a NUL': keyedBy((serialNumber, id) => keyOf(serialNumber, id.replace(/\0.*/, ''))),
  },
  'takes equal ids of two devices for two commands': {
    'knows a command by its id alone': keyedBy((_, id) => id),
  },
  'keeps a device and an id apart, however they are written': Object.fromEntries(
    ['', ':', '|', '/', '-', '_', '.', ',', ' ', '\0'].map((mark) => [
      `joins them with ${JSON.stringify(mark)}`,
      keyedBy((serialNumber, id) => `${serialNumber}${mark}${id}`),
    ]),
  ),
  'keeps a reply to a command that nobody issued': {
    'drops it': (subject) => {
      const { onReply } = subject.adapter
      subject.adapter.onReply = (reply, command) => {
        if (command !== undefined) onReply(reply, command)
      }
    },
  },
  'keeps a repeated reply once': { 'appends every reply': keepingAll },
  'keeps a reply once that comes a hundred times at the same moment, and fulfils every call': {
    'looks first, and inserts then': (subject) => {
      const replies: CommandReply[] = []
      subject.adapter.onReply = (async (reply: CommandReply) => {
        const isSame = ({ commandId }: CommandReply) => commandId === reply.commandId
        const found = replies.some(isSame)
        await null
        if (!found) replies.push(reply)
      }) as never
      subject.replies = () => replies
    },
    'refuses a repeat as a duplicate': (subject) => {
      const { onReply } = subject.adapter
      subject.adapter.onReply = (reply, command) => {
        if (subject.replies().length > 0) throw new Error('duplicate key')
        return onReply(reply, command)
      }
    },
  },
  'lets the later of two different replies stand, and nothing of the earlier': {
    'keeps the first': (subject) => {
      const { onReply } = subject.adapter
      const seen = new Set<string>()
      subject.adapter.onReply = (reply, command) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        if (!seen.has(key)) onReply(reply, command)
        seen.add(key)
      }
    },
    'leaves the content of the earlier': (subject) => {
      const { onReply } = subject.adapter
      subject.adapter.onReply = (reply, command) => {
        const before = subject.replies().find(({ commandId }) => commandId === reply.commandId)
        onReply({ ...before, ...reply }, command)
      }
    },
    'lets no reply follow a final one': (subject) => {
      const { onReply } = subject.adapter
      const final = new Set<string>()
      subject.adapter.onReply = (reply, command) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        if (!final.has(key)) onReply(reply, command)
        if (reply.returnCode !== -5000) final.add(key)
      }
    },
    'keeps both': keepingAll,
  },
  'lets a final reply follow a pending one, which never takes its place again': {
    'lets the latest stand, whatever it says': keyedBy(keyOf),
    'keeps no pending reply': (subject) => {
      const { onReply } = subject.adapter
      subject.adapter.onReply = (reply, command) => {
        if (reply.returnCode !== -5000) onReply(reply, command)
      }
    },
    'keeps both': keepingAll,
  },
  'gives back every byte of raw and of content': {
    'keeps raw as a text': keepingChanged(({ raw }) => ({ raw: throughText(raw) })),
    'keeps content as a text': keepingChanged(({ content }) =>
      content ? { content: throughText(content) } : {},
    ),
    'forgets content': keepingChanged(() => ({ content: undefined }) as never),
    'takes empty content for none': keepingChanged(({ content }) =>
      content?.length ? {} : ({ content: undefined } as never),
    ),
    'cuts at 65,535 bytes': keepingChanged(({ raw }) => ({ raw: raw.subarray(0, 65_535) })),
    'gives back no Buffer': keepingChanged(({ raw }) => ({ raw: new Uint8Array(raw) as Buffer })),
  },
  'gives back every field, in order, whatever its name and value': {
    'assigns them to an object with a prototype': keepingChanged(({ fields }) => {
      const copy: Record<string, string> = {}
      for (const [key, value] of Object.entries(fields)) copy[key] = value
      return { fields: copy }
    }),
    'drops names with a dot': keepingChanged((reply) =>
      fieldsOf(reply, (pair) => (pair[0].includes('.') ? [] : [pair])),
    ),
    'drops names that begin with a dollar': keepingChanged((reply) =>
      fieldsOf(reply, (pair) => (pair[0].startsWith('$') ? [] : [pair])),
    ),
    'drops the empty name': keepingChanged((reply) =>
      fieldsOf(reply, (pair) => (pair[0] === '' ? [] : [pair])),
    ),
    'drops empty values': keepingChanged((reply) =>
      fieldsOf(reply, (pair) => (pair[1] === '' ? [] : [pair])),
    ),
    'cuts values at a NUL': keepingChanged((reply) =>
      fieldsOf(reply, ([key, value]) => [[key, value.replace(/\0.*/s, '')]]),
    ),
    'sorts them': keepingChanged(({ fields }) => ({
      fields: Object.fromEntries(Object.entries(fields).sort()),
    })),
    'takes "null" for null': keepingChanged((reply) =>
      fieldsOf(reply, ([key, value]) => [[key, value === 'null' ? '' : value]]),
    ),
  },
  'gives back ids, serial numbers and kinds of command that are not ASCII': {
    'keeps ids as Latin-1': keepingChanged(({ commandId }) => ({
      commandId: Buffer.from(commandId, 'latin1').toString('latin1'),
    })),
    'keeps three bytes of a character at most': keepingChanged(({ commandName }) => ({
      commandName: commandName.replace(/[\u{10000}-\u{10ffff}]/gu, '?'),
    })),
    'drops a byte order mark': keepingChanged(({ commandName }) => ({
      commandName: new TextDecoder().decode(Buffer.from(commandName)),
    })),
  },
  'keeps every return code, and the lack of one as null': {
    'takes null for 0': keepingChanged(({ returnCode }) => ({ returnCode: Number(returnCode) })),
    'takes 0 for null': keepingChanged(({ returnCode }) => ({ returnCode: returnCode || null })),
    'keeps 32 bits': keepingChanged(({ returnCode }) => ({
      returnCode: returnCode && returnCode | 0,
    })),
    'drops the sign': keepingChanged(({ returnCode }) => ({
      returnCode: returnCode && Math.abs(returnCode),
    })),
  },
  'settles onReply only when the reply can be read back': {
    'keeps it a moment later': (subject) => {
      const { onReply } = subject.adapter
      subject.adapter.onReply = (reply, command) => void setImmediate(() => onReply(reply, command))
    },
  },
  'rejects where it could keep nothing': {
    'swallows what it catches': (subject) => {
      const { onReply } = subject.adapter
      subject.adapter.onReply = (reply, command) => {
        try {
          onReply(reply, command)
        } catch {}
      }
    },
  },
  'rejects every call while its storage is out of reach': Object.fromEntries(
    (['findCommand', 'onReply', 'onUnparsed', 'findCommands', 'onReplies'] as const).map((call) => [
      `swallows what goes wrong in ${call}`,
      ({ adapter }: Whole) => {
        const right = adapter[call].bind(adapter) as (...args: unknown[]) => unknown
        adapter[call] = (async (...args: unknown[]) => {
          try {
            return await right(...args)
          } catch {
            return undefined
          }
        }) as never
      },
    ]),
  ),
  'keeps unparsed lines with the device that sent them, byte for byte': {
    'keeps lines as texts': (subject) => {
      const { onUnparsed } = subject.adapter
      subject.adapter.onUnparsed = (lines, serialNumber) =>
        onUnparsed(lines.map(throughText), serialNumber)
    },
    'keeps the last line only': (subject) => {
      const { onUnparsed } = subject.adapter
      subject.adapter.onUnparsed = (lines, serialNumber) =>
        onUnparsed(lines.slice(-1), serialNumber)
    },
    'forgets the device': (subject) => {
      const { onUnparsed } = subject.adapter
      subject.adapter.onUnparsed = (lines) => onUnparsed(lines, '')
    },
  },
  'finds with findCommands what findCommand finds': {
    'finds a first page of a hundred': ({ adapter }) => {
      const findCommands = adapter.findCommands.bind(adapter)
      adapter.findCommands = async (serialNumber, ids) =>
        (await findCommands(serialNumber, ids)).slice(0, 100)
    },
    "finds other devices' commands": (subject) => {
      const { issue } = subject
      const commands: IssuedCommand[] = []
      subject.issue = (command) => {
        commands.push(command)
        return issue(command)
      }
      subject.adapter.findCommands = async (_, ids) =>
        commands.filter(({ commandId }) => ids.includes(commandId))
    },
    'compares ids as numbers': (subject) => {
      const { findCommands } = subject.adapter
      subject.adapter.findCommands = async function (serialNumber, ids) {
        return findCommands.call(
          this,
          serialNumber,
          ids.map((id) => id.trim().replace(/^0+/, '')),
        )
      }
    },
  },
  'keeps with onReplies what onReply would keep, call by call': {
    'keeps the first of a batch': ({ adapter }) => {
      const onReplies = adapter.onReplies.bind(adapter)
      adapter.onReplies = (answered) => onReplies([...answered].reverse())
    },
    'drops replies to unknown commands': ({ adapter }) => {
      const onReplies = adapter.onReplies.bind(adapter)
      adapter.onReplies = (answered) =>
        onReplies(answered.filter((each) => (each as { command?: unknown }).command))
    },
    'replaces what was kept before': (subject) => {
      const { replies } = subject
      subject.adapter.onReplies = async (answered) => {
        const kept = new Map(answered.map(({ reply }) => [reply.commandId, reply]))
        subject.replies = () => [...kept.values()]
      }
      subject.replies = () => replies()
    },
    'keeps no content': ({ adapter }) => {
      const onReplies = adapter.onReplies.bind(adapter)
      adapter.onReplies = (answered) =>
        onReplies(answered.map(({ reply: { content: _, ...reply } }) => ({ reply })))
    },
    'keeps them a moment later': ({ adapter }) => {
      const onReplies = adapter.onReplies.bind(adapter)
      adapter.onReplies = async (answered) => void setImmediate(() => onReplies(answered))
    },
  },
  'keeps each reply of a batch once, though the batch comes many times at the same moment': {
    'looks first, and inserts then': (subject) => {
      const replies: CommandReply[] = []
      subject.adapter.onReplies = async (answered) => {
        const isNew = ({ reply }: { reply: CommandReply }) => !replies.includes(reply)
        const fresh = answered.filter(isNew)
        await null
        replies.push(...fresh.map(({ reply }) => reply))
      }
      subject.replies = () => replies
    },
    'refuses a repeat as a duplicate': (subject) => {
      const { adapter } = subject
      const onReplies = adapter.onReplies.bind(adapter)
      adapter.onReplies = async (answered) => {
        if (subject.replies().length > 0) throw new Error('duplicate key')
        return onReplies(answered)
      }
    },
  },
}

describe('memoryAdapter', () => {
  const create = (): ContractSubject => {
    const adapter = memoryAdapter()
    return { adapter, issue: adapter.issue, replies: adapter.replies, unparsed: adapter.unparsed }
  }
  for (const { name, run } of adapterContract(create)) it(name, run)
})

describe('an adapter with every optional call', () => {
  for (const { name, run } of adapterContract(wholeSubject)) it(name, run)
})

describe('a broken adapter', () => {
  const broken = adapterContract(wholeSubject)
  it('is known for every case', () => {
    expect(Object.keys(FAULTS).sort()).toEqual(broken.map(({ name }) => name).sort())
  })
  for (const [name, faults] of Object.entries(FAULTS)) {
    for (const [fault, plant] of Object.entries(faults)) {
      it(`is refused by "${name}" where it ${fault}`, async () => {
        const cases = adapterContract(() => {
          const subject = wholeSubject()
          plant(subject)
          return subject
        })
        const refusal = cases.find((each) => each.name === name)?.run()
        // A refused repeat rejects with the adapter's own error; every other fault is told by an assertion.
        const error = await refusal?.then(
          () => 'accepted',
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(fault.includes('duplicate') ? Error : AssertionError)
      })
    }
  }
})

it('makes a subject for each case, and disposes of each, also where the case fails', async () => {
  const subjects: { disposed: number }[] = []
  const cases = adapterContract(() => {
    const subject = wholeSubject()
    subject.adapter.onReply = () => {
      throw new Error('full')
    }
    const life = { disposed: 0 }
    subjects.push(life)
    return { ...subject, dispose: async () => void life.disposed++ }
  })
  const outcomes = await Promise.allSettled(cases.map(({ run }) => run()))
  expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(10)
  expect(subjects).toHaveLength(cases.length)
  expect(new Set(subjects.map(({ disposed }) => disposed))).toEqual(new Set([1]))
})

it('says why a case failed, even where dispose() fails too, and fails where only dispose() does', async () => {
  const failing = (subject: ContractSubject) =>
    adapterContract(() => ({
      ...subject,
      dispose() {
        throw new Error('disposing failed')
      },
    }))[0]?.run()
  const wrong = wholeSubject()
  wrong.adapter.findCommand = () => undefined
  await expect(failing(wrong)).rejects.toBeInstanceOf(AssertionError)
  await expect(failing(wholeSubject())).rejects.toThrow('disposing failed')
})

const bare = (): ContractSubject => {
  const { findCommand, onReply, issue, replies } = memoryAdapter()
  return { adapter: { findCommand, onReply }, issue, replies }
}

it('skips a case through the context of the test, whether it is handed over or called upon', async () => {
  const skipped: string[] = []
  const context = { skip: (reason: string) => void skipped.push(reason) }
  for (const { run } of adapterContract(bare)) await run(context)
  for (const { run } of adapterContract(bare)) await run.call(context)
  const once = [
    'the subject has no disconnect()',
    'the subject has no onUnparsed, or no unparsed() to look at',
    ...Array(3).fill('the adapter has no findCommands and onReplies'),
  ]
  expect(skipped).toEqual([...once, ...once])
})

it('warns of a skipped case where a runner has no way to skip it', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  for (const { run } of adapterContract(bare)) await run()
  expect(warn.mock.calls.map(([warning]) => warning)).toHaveLength(5)
  expect(warn.mock.calls[0]?.[0]).toBe(
    '"rejects every call while its storage is out of reach" is skipped: the subject has no disconnect()',
  )
  warn.mockRestore()
})

describe('under another runner, in both module systems,', () => {
  const ESM = `import { memoryAdapter } from 'express-iclock'
    import { adapterContract } from 'express-iclock/contract'`
  const CJS = `const { memoryAdapter } = require('express-iclock')
    const { adapterContract } = require('express-iclock/contract')`
  const RUN = `const create = () => { const adapter = memoryAdapter(); return { ...adapter, adapter } }
    for (const { name, run } of adapterContract(create)) test(name, run)`
  const cases = adapterContract(bare).length

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
    expect(stdout).toMatch(new RegExp(`# pass ${cases - 4}\n# fail 0\n# cancelled 0\n# skipped 4`))
  })

  it('Jest passes every case and warns of what it skips', { timeout: 30_000 }, async () => {
    const command = [
      'node_modules/jest/bin/jest.js',
      '--rootDir',
      'test',
      '--testMatch',
      '**/run.test.cjs',
    ]
    const { stderr } = await runs('run.test.cjs', `${CJS}; ${RUN}`, command)
    expect(stderr).toMatch(`Tests:       ${cases} passed, ${cases} total`)
    expect(stderr.match(/ContractWarning: ".*" is skipped: /g)).toHaveLength(4)
  })
})
