// A server in a process of its own, under many uploads at once: `node flood.js KIND`. It prints how
// many were answered 200.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { uploadHandler } from 'express-iclock'

const UPLOADS = 20

/** A body whose fields become many times its size as objects. */
function dense() {
  const line = Array.from({ length: 999 }, (_, field) => `k${field}=1`).join('\t')
  return { query: 'table=tabledata&tablename=user', body: Buffer.from(`${line}\n`.repeat(200)) }
}

/** A body that becomes many times its size when it is unpacked. */
function packed() {
  const line = '7\t2026-01-01 08:00:00\t0\t1\t0\t0'.padEnd(1599)
  const text = Buffer.from(`${line}\n`.repeat(9900))
  const header = Buffer.alloc(512)
  header.write('a.txt')
  header.write(text.length.toString(8).padStart(11, '0'), 124)
  header.write('0', 156)
  const end = Buffer.alloc(512 - (text.length % 512) + 1024)
  const body = gzipSync(Buffer.concat([header, text, end]))
  return { query: 'table=ATTLOG&ContentType=tgz', body }
}

// Storage that holds every upload until no other has come for a second: without a bound, all of
// them.
let last = 0
const adapter = {
  async onUpload() {
    last = performance.now()
    while (performance.now() - last < 1000) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  },
}

const server = createServer(uploadHandler({ adapter, timeout: 600_000 }))
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const { query, body } = process.argv[2] === 'packed' ? packed() : dense()

/** @param {string} serialNumber */
function post(serialNumber) {
  return new Promise((resolve) => {
    const path = `/iclock/cdata?SN=${serialNumber}&${query}`
    const headers = { 'Content-Length': body.length }
    const sent = request({ port, method: 'POST', path, headers }, (res) => {
      res.resume().on('end', () => resolve(res.statusCode))
    })
    sent.on('error', () => resolve(0))
    sent.end(body)
  })
}

const answers = await Promise.all(Array.from({ length: UPLOADS }, (_, index) => post(`T${index}`)))
console.log(answers.filter((status) => status === 200).length)
process.exit()
