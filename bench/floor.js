// The floors: handlers that make the same storage calls, give the same answers, and do nothing
// else. They check nothing and aren't fit for an app.
import getRawBody from 'raw-body'

const serialNumberOf = (req) => /[?&]SN=([^&]*)/.exec(req.url)[1]

function answer(res, text) {
  res.writeHead(200, {
    Date: new Date().toUTCString(),
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(text),
    Pragma: 'no-cache',
    'Cache-Control': 'no-store',
  })
  res.end(text)
}

const answering = (part) => (req, res) => {
  part(req).then(
    (text) => answer(res, text),
    (error) => res.destroy(error),
  )
}
const bodyOf = (req) =>
  getRawBody(req, { limit: '4mb', length: Number(req.headers['content-length']) })

export function floorOf(adapter) {
  return {
    poll: answering(async (req) => {
      await adapter.openCommands(serialNumberOf(req), new Date(), BOUNDS)
      return 'OK'
    }),
    handOut: answering(async (req) => {
      const serialNumber = serialNumberOf(req)
      const sentAt = new Date()
      const { records } = await adapter.openCommands(serialNumber, sentAt, BOUNDS)
      const [command] = records
      const replyDueAt = new Date(sentAt.getTime() + 60_000)
      const claim = { commandId: command.commandId, attempt: 1, sentAt, replyDueAt }
      await adapter.claim(serialNumber, [claim])
      // Each poll of this load comes from another terminal, which is a contact.
      await adapter.onContact({ serialNumber, kind: 'poll', at: sentAt, address: req.ip })
      await adapter.findTerminal(serialNumber)
      return `C:${command.commandId}:${command.text}\n`
    }),
    reply: answering(async (req) => {
      const raw = await bodyOf(req)
      const serialNumber = serialNumberOf(req)
      const commandId = raw.toString('latin1', 3, raw.indexOf('&'))
      const command = await commandIn(adapter, serialNumber, commandId)
      const members = { returnCode: 0, commandName: 'CHECK', fields: {} }
      await adapter.onReply({ serialNumber, commandId, ...members, raw }, command)
      return 'OK'
    }),
    decision: answering(async (req) => {
      const body = await bodyOf(req)
      const serialNumber = serialNumberOf(req)
      const now = new Date()
      const since = new Date(now.getTime() - 60_000)
      await adapter.listUploads({ serialNumber, type: 'door decision', since, limit: 50 })
      const raw = Buffer.concat([Buffer.from('verdict=allowed\topens=1\t'), body])
      const record = { kind: 'fields', type: 'door decision', fields: { verdict: 'allowed' }, raw }
      const upload = { serialNumber, table: 'door decision', query: {}, receivedAt: now, body: raw }
      await adapter.onUpload({ ...upload, records: [record], unparsed: [] })
      return `AUTH=SUCCESS\r\n${body}\r\nCONTROL DEVICE 01010105`
    }),
    // The lines must be new to storage, so they are split; the rest of a record is made up.
    upload: answering(async (req) => {
      const body = await bodyOf(req)
      const records = []
      for (let at = 0; at < body.length; ) {
        const end = body.indexOf(10, at)
        const raw = body.subarray(at, end)
        records.push({ ...RECORD, raw })
        at = end + 1
      }
      const serialNumber = serialNumberOf(req)
      const upload = { serialNumber, table: 'ATTLOG', query: {}, receivedAt: new Date(), body }
      await adapter.onUpload({ ...upload, records, unparsed: [] })
      return `OK: ${records.length}`
    }),
  }
}

// As the endpoints ask it.
const BOUNDS = { limit: 9, maxBytes: 40_000 }

async function commandIn(adapter, serialNumber, commandId) {
  if (adapter.findCommand) return adapter.findCommand(serialNumber, commandId)
  return (await adapter.findRecord(serialNumber, commandId))?.command
}

const RECORD = {
  kind: 'attendance',
  type: 'attlog',
  pin: '1001',
  time: '2026-01-01 08:00:00',
  status: '0',
  verify: '1',
  workCode: '',
  rest: [],
}
