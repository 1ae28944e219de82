// The types of commands in a TypeScript app: checked by the compiler, never run.
import { expectTypeOf, it } from 'vitest'
import { attendance } from '../src/commands.js'
import {
  type CommandResult,
  type CommandState,
  type CommandStorage,
  commandQueue,
  type IssuedCommand,
  memoryAdapter,
} from '../src/index.js'

interface PayrollCommand extends IssuedCommand {
  employee: number
}
declare const payroll: CommandStorage<PayrollCommand>

it("An app's own members come back with their types", async () => {
  const commands = commandQueue(payroll)
  const issued = await commands.issue('A', { text: 'CHECK' }, { members: { employee: 7 } })
  expectTypeOf(issued).toEqualTypeOf<PayrollCommand>()
  const result = await commands.run('A', { text: 'CHECK' }, { members: { employee: 7 } })
  expectTypeOf(result).toEqualTypeOf<CommandResult<PayrollCommand>>()
  expectTypeOf(result.command).toEqualTypeOf<PayrollCommand | undefined>()
  // @ts-expect-error an employee is a number
  await commands.issue('A', { text: 'CHECK' }, { members: { employee: '7' } })
  // @ts-expect-error the queue makes the id
  await commands.issue('A', { text: 'CHECK' }, { members: { employee: 7, commandId: '1' } })
})

it('Any members are accepted if the app names no type', () => {
  commandQueue(memoryAdapter()).issue('A', { text: 'CHECK' }, { members: { employee: 7 } })
})

it('What the builders return is accepted', () => {
  commandQueue(memoryAdapter()).run('A', attendance.openDoor(), { timeout: 15_000 })
})

it('result() resolves to final states only', async () => {
  const { state } = await commandQueue(memoryAdapter()).result({
    serialNumber: 'A',
    commandId: '1',
  })
  expectTypeOf(state).toEqualTypeOf<Exclude<CommandState, 'waiting' | 'sent'>>()
})
