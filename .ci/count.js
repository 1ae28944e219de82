// Prints which tests were skipped, and the closing line `N passed, N failed` of vitest's own report.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
for (const { assertionResults, name } of report.testResults) {
  for (const { fullName, status } of assertionResults) {
    if (status === 'pending' || status === 'skipped' || status === 'todo') {
      console.log(`skipped: ${name}: ${fullName}`)
    }
  }
}
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed`)
if (!report.success || report.numPassedTests === 0) process.exitCode = 1
