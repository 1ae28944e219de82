#!/usr/bin/env node
// The command line's entry point: connects the program to this process.
import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { run } from './cli/run.js'

const version = (): string => {
  const require = createRequire(realpathSync(process.argv[1] ?? ''))
  return require('express-iclock/package.json').version
}

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', () => process.exit())

run(process.argv.slice(2), {
  print: (text) => void process.stdout.write(text),
  warn: (text) => void process.stderr.write(text),
  readInput: () => readFileSync(0),
  version,
}).then((status) => {
  process.exitCode = status
})
