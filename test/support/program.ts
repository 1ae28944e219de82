// Runs the command line in this process, with what it prints.
import { run } from '../../src/cli/run.js'

export interface Run {
  status: number
  stdout: string
  stderr: string
}

/** The person at the keyboard while a program runs. */
export interface Person {
  interrupt(): void
  type(line: string): void
  /** What the program has printed so far. */
  seen(): string
}

export async function runProgram(
  args: string[],
  input: string | Buffer = '',
  person: Person = { interrupt() {}, type() {}, seen: () => '' },
): Promise<Run> {
  const result: Run = { status: -1, stdout: '', stderr: '' }
  person.seen = () => result.stdout
  result.status = await run(args, {
    print: (text) => {
      result.stdout += text
    },
    warn: (text) => {
      result.stderr += text
    },
    readInput: () => Buffer.from(input),
    version: () => '1.2.3',
    onInterrupt(stop) {
      person.interrupt = stop
      return () => {}
    },
    readLines(onLine) {
      person.type = onLine
      return () => {}
    },
  })
  return result
}
