// A vitest reporter: says of each skipped test why, and closes with the counts in one plain line.
export default class {
  onTestRunEnd(modules) {
    const count = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state, note } = test.result()
        count[state === 'pending' ? 'skipped' : state]++
        if (state === 'skipped') console.log(`skipped: ${test.fullName}: ${note ?? 'see above'}`)
      }
    }
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  }
}
