// Posts each event to a URL, in order, until it is accepted. The cursor is in the app's own table, so that
// a restart goes on where it ended. Headers and signature are those of Standard Webhooks.
import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { events } from 'express-iclock/events'

/** `table` has `read()` and `write(cursor)`; `secret` is `whsec_` and a key in base64. */
export async function sendWebhooks(adapter, { url, secret, table, types, signal, pause, timeout }) {
  for await (const event of events(adapter, { after: await table.read(), types, signal })) {
    const { id, type, receivedAt, cursor, ...data } = event
    const body = JSON.stringify({ type, timestamp: receivedAt, data }, plain)
    for (let tries = 0; !(await post(url, headersOf(id, body, secret), body, timeout)); tries++) {
      await wait(Math.min(pause * 2 ** tries, 60_000), undefined, { signal })
    }
    await table.write(cursor)
  }
}

function headersOf(id, body, secret) {
  const time = Math.floor(Date.now() / 1000)
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
  const signed = { 'webhook-id': id, 'webhook-timestamp': `${time}` }
  return { 'content-type': 'application/json', ...signed, 'webhook-signature': `v1,${signature}` }
}

async function post(url, headers, body, timeout) {
  const options = { method: 'POST', headers, body, redirect: 'manual' }
  try {
    const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(timeout) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

// Bytes are base64.
function plain(_, value) {
  return value?.type === 'Buffer' ? Buffer.from(value.data).toString('base64') : value
}
