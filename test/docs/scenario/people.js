// The first roster of docs/people.md, with or without `apply`.
import { pathToFileURL } from 'node:url'

const [, , block] = process.argv
process.argv[2] = `${process.env.DELETES}`
await import(pathToFileURL(`${block}`).href)
