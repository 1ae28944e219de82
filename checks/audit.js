// Asks the registry whether a dependency of this package has a known vulnerability.
import { spawnSync } from 'node:child_process'

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' })
const { metadata, vulnerabilities, message } = JSON.parse(stdout)

if (metadata === undefined) {
  console.log(`not audited: the registry did not answer: ${message}`)
  console.log('0 passed, 0 failed, 1 skipped')
} else {
  for (const { name, severity, range } of Object.values(vulnerabilities)) {
    console.log(`failed  ${name} ${range}: ${severity}`)
  }
  const failed = metadata.vulnerabilities.total
  console.log(`${metadata.dependencies.prod} packages audited`)
  console.log(`${failed === 0 ? 1 : 0} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}
