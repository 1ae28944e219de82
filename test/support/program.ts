// Runs the command line in this process, with what it prints.
import { run } from '../../src/cli/run.js'

export interface Run {
  status: number
  stdout: string
  stderr: string
}

export async function runProgram(args: string[], input: string | Buffer = ''): Promise<Run> {
  const result: Run = { status: -1, stdout: '', stderr: '' }
  result.status = await run(args, {
    print: (text) => {
      result.stdout += text
    },
    warn: (text) => {
      result.stderr += text
    },
    readInput: () => Buffer.from(input),
    version: () => '1.2.3',
  })
  return result
}
