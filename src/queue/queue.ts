// commandQueue(): what an app does with commands. It needs storage, no HTTP: for routes, jobs and
// workers alike.
import { checkAdapter, checkNames, type OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { reporterOf } from '../endpoint/hook.js'
import { announce } from '../news.js'
import { checkIds } from './answer.js'
import type { CommandQueue, CommandQueueAdapter, CommandQueueOptions } from './calls.js'
import { terminalReader } from './family.js'
import { checkIdentities, checkIdentity } from './identity.js'
import { ISSUE_OPTIONS, type IssueOptions, type NewCommand } from './issue.js'
import { issuerOf } from './issuer.js'
import { countOf, listOf, lookAt, stateNow } from './list.js'
import { checkResultOptions, RESULT_OPTIONS, resultOf } from './result.js'

const CALLS = ['issue', 'cancel', 'findRecord', 'findSummaries', 'nextNumbers']
const OPTIONAL_CALLS = ['listCommands', 'countCommands', 'findTerminal', 'listTerminals']
const QUEUE_OPTIONS: OptionNames<CommandQueueOptions> = {
  family: true,
  encoding: true,
  commandIds: true,
  unknownTerminals: true,
  onError: true,
}

/**
 * Creates the app's side of the command loop. Any process over the same storage may have one.
 *
 * @example
 * const commands = commandQueue(adapter)
 * const issued = await commands.issue('0316144680030', { text: 'REBOOT', attempts: 1 })
 * const { state, meaning } = await commands.result(issued, { timeout: 60_000 })
 *
 * @throws TypeError if the adapter lacks a call, or an option is wrong
 */
export function commandQueue<Issued extends IssuedCommand = IssuedCommand>(
  adapter: CommandQueueAdapter<Issued>,
  options: CommandQueueOptions = {},
): CommandQueue<Issued> {
  checkNames(options, QUEUE_OPTIONS)
  const needed = options.unknownTerminals === 'refuse' ? ['findTerminal'] : []
  checkAdapter(adapter, [...CALLS, ...needed], OPTIONAL_CALLS)
  const terminalsOf = terminalReader(options.family, adapter)
  const onSuperseding = reporterOf('superseding', options)
  const issueAll = issuerOf(adapter, options, terminalsOf, onSuperseding)

  async function issue(
    serialNumber: string,
    command: NewCommand,
    issueOptions: IssueOptions<Issued> = {},
  ): Promise<Issued> {
    checkNames(issueOptions, ISSUE_OPTIONS)
    const [issued] = await issueAll([{ ...issueOptions, serialNumber, command }])
    return issued as Issued
  }

  return {
    issue,
    issueAll,
    async result(issued, how = {}) {
      checkIdentity('result', issued)
      checkResultOptions(how)
      return resultOf(adapter, issued, how, terminalsOf)
    },
    async run(serialNumber, command, runOptions = {}) {
      checkNames(runOptions, { ...ISSUE_OPTIONS, ...RESULT_OPTIONS })
      const { members, commandId, ...how } = runOptions
      checkResultOptions(how)
      how.signal?.throwIfAborted()
      const issued = await issue(serialNumber, command, {
        ...(members !== undefined && { members }),
        ...(commandId !== undefined && { commandId }),
      })
      return resultOf(adapter, issued, how, terminalsOf)
    },
    async cancel(issued) {
      checkIdentity('cancel', issued)
      const { serialNumber, commandId } = issued
      const closed = await adapter.cancel(
        serialNumber,
        { ids: [commandId] },
        new Date(),
        'cancelled',
      )
      checkIds('cancel', closed)
      if (closed.length > 0) announce(serialNumber, commandId)
      return closed.length > 0
    },
    async state(issued) {
      checkIdentity('state', issued)
      return stateNow(adapter, issued, terminalsOf)
    },
    async look(issued) {
      checkIdentities('look', issued)
      return lookAt(adapter, issued, terminalsOf)
    },
    list: async (filter = {}) => listOf(adapter, filter, terminalsOf),
    count: async (filter = {}) => countOf(adapter, filter),
  }
}
