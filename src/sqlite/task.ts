// Work that waits for its turn on the connection, and goes on where it paused.
import type { Step, Steps } from '../sql/step.js'

/** What executes a step. */
export type Execute = (step: Step) => unknown

/** Work with its caller, who awaits it. */
export interface Task {
  /** Whether all of it is undone if it fails. */
  isWhole: boolean
  readonly hasBegun: boolean
  /** When its caller gives up waiting for its turn, by `performance.now()`. */
  deadline: number
  /** Goes on until it is done or a time has come; returns whether it is done. */
  advance(execute: Execute, until: number): boolean
  /** Tells the caller that what it did is safe. */
  succeed(): void
  fail(error: unknown): void
}

/** Makes a task of steps, and the promise that its caller awaits. */
export function taskOf<Result>(
  steps: () => Steps<Result>,
  isWhole: boolean,
  deadline: number,
): { task: Task; result: Promise<Result> } {
  let succeed = (_: Result) => {}
  let fail = (_: unknown) => {}
  const result = new Promise<Result>((resolve, reject) => {
    succeed = resolve
    fail = reject
  })
  let work: Steps<Result> | undefined
  let answer: unknown
  let done: { value: Result } | undefined
  const task: Task = {
    isWhole,
    deadline,
    get hasBegun() {
      return work !== undefined
    },
    advance(execute, until) {
      work ??= steps()
      for (;;) {
        const next = work.next(answer)
        if (next.done) {
          done = { value: next.value }
          return true
        }
        answer = execute(next.value)
        if (performance.now() >= until) return false
      }
    },
    succeed() {
      if (done !== undefined) succeed(done.value)
    },
    fail,
  }
  return { task, result }
}
