// Cases: unreachable storage.
import { commandFound, fails, issueAll } from '../proof.js'
import { command, replyTo } from '../sample.js'
import { type Case, without } from '../subject.js'

export const OUTAGE_CASES: readonly Case[] = [
  {
    name: 'Every call on replies rejects while storage is unreachable',
    otherwise: 'It swallows errors: terminals read OK and forget what storage never had.',
    missing: without('disconnect'),
    async check(subject) {
      const { adapter } = subject
      await issueAll(subject, [command('A', '1')])
      await subject.disconnect?.()
      const reply = replyTo('A', '1')
      await fails('findCommand', () => commandFound(adapter, 'A', '1'))
      await fails('onReply', () => adapter.onReply(reply, undefined))
      if (adapter.onUnparsed) {
        await fails('onUnparsed', () => adapter.onUnparsed?.([Buffer.from('x')], 'A'))
      }
      if (adapter.findCommands)
        await fails('findCommands', () => adapter.findCommands?.('A', ['1']))
      if (adapter.onReplies) {
        await fails('onReplies', () => adapter.onReplies?.([{ reply, command: undefined }]))
      }
    },
  },
]
