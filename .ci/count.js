// Prints which tests vitest skipped and why, and its counts: `node .ci/count.js REPORT.json`.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
let skipped = 0
for (const { assertionResults } of report.testResults) {
  for (const { fullName, status, meta } of assertionResults) {
    if (status === 'passed' || status === 'failed') continue
    skipped++
    console.log(`skipped: ${fullName}${meta?.reason ? `: ${meta.reason}` : ''}`)
  }
}
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`)
if (!report.success || report.numPassedTests === 0) process.exitCode = 1
