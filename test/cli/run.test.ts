import { expect, it } from 'vitest'
import { runProgram } from '../support/program.js'

it.each([['-h'], ['--help']])('%s lists the commands', async (option) => {
  const { status, stdout, stderr } = await runProgram([option])
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^Usage: npx express-iclock COMMAND/)
  expect(stdout).toMatch(/^ {2}terminal /m)
  expect(stdout).toMatch(/^ {2}reply /m)
})

it('-h explains a command, wherever it is given', async () => {
  const { stdout } = await runProgram(['reply', '--url', 'x', '-h'])
  expect(stdout).toMatch(/^Usage: npx express-iclock reply/)
})

it.each([['-v'], ['--version']])('%s prints the version', async (option) => {
  expect(await runProgram([option])).toEqual({ status: 0, stdout: '1.2.3\n', stderr: '' })
})

it.each([
  [[], 'no command; expected terminal or reply'],
  [['replay'], '"replay" is not a command; expected terminal or reply'],
  [['constructor'], '"constructor" is not a command'],
])('Wrong usage of %j is reported in one line', async (args, message) => {
  const { status, stdout, stderr } = await runProgram(args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  expect(stderr).toMatch(/^express-iclock: [^\n]+ \(see --help\)\n$/)
})
