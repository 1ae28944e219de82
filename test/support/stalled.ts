// Calls that stop midway, as on a slow network.

/** Lets this many steps pass immediately, and the others only after `resume()`. */
export function stall(steps: number) {
  const { promise: resumed, resolve: resume } = deferred()
  const { promise: stopped, resolve: stop } = deferred()
  let left = steps
  return {
    stopped,
    resume,
    /** Await it before each step. */
    async turn() {
      if (left-- > 0) return
      stop()
      await resumed
    },
  }
}

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
