// Work that goes on after the answer. Some hosts stop a process then, unless they know of it.
import { AsyncLocalStorage } from 'node:async_hooks'

/** Tells the host about work that goes on after the answer. */
export type WaitUntil = (work: Promise<unknown>) => void

const hosts = new AsyncLocalStorage<WaitUntil>()

/** Answers a request of a host that wants to know what goes on afterwards. */
export function onHost<Result>(waitUntil: WaitUntil, answer: () => Result): Result {
  return hosts.run(waitUntil, answer)
}

/** Lets work go on after the answer. It must not reject. */
export function goOn(work: Promise<void>): void {
  hosts.getStore()?.(work)
}
