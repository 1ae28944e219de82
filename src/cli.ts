#!/usr/bin/env node
// The command line's entry point: connects the program to this process.
import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { run } from './cli/run.js'

const version = (): string => {
  const require = createRequire(realpathSync(process.argv[1] ?? ''))
  return require('express-iclock/package.json').version
}

// A reader such as `head` closes the pipe once it has read enough.
process.stdout.on('error', () => process.exit())

run(process.argv.slice(2), {
  print: (text) => void process.stdout.write(text),
  warn: (text) => void process.stderr.write(text),
  readInput: () => readFileSync(0),
  version,
  onInterrupt(stop) {
    // A second Ctrl-C ends the process immediately.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
    return () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    }
  },
  readLines(onLine) {
    const lines = createInterface({ input: process.stdin }).on('line', onLine)
    return () => lines.close()
  },
}).then((status) => {
  process.exitCode = status
})
