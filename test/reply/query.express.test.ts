import express from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { commandReplyRouter, memoryAdapter, terminalRouter } from '../../src/index.js'

/** An app whose own route stands behind the router. */
function appWith(router: typeof commandReplyRouter | typeof terminalRouter) {
  const adapter = memoryAdapter()
  const app = express()
  app.use(router({ adapter }))
  app.get('/iclock/devicecmd', (_req, res) => void res.send('the app'))
  return { app, adapter }
}

describe.each([
  ['commandReplyRouter', commandReplyRouter],
  ['terminalRouter', terminalRouter],
])('%s', (_name, router) => {
  it('reads a GET with a reply in its query', async () => {
    const { app, adapter } = appWith(router)
    await request(app).get('/iclock/devicecmd?SN=A&ID=9&Return=0&CMD=CHECK').expect(200, 'OK')
    await request(app).get('/iclock/devicecmd.aspx?SN=A&ID=10&Return=-1').expect(200, 'OK')
    expect(adapter.replies()).toMatchObject([
      { serialNumber: 'A', commandId: '9', returnCode: 0, commandName: 'CHECK' },
      { serialNumber: 'A', commandId: '10', returnCode: -1 },
    ])
  })

  it('leaves any other GET to the app', async () => {
    const { app, adapter } = appWith(router)
    for (const query of ['', '?SN=A', '?SN=A&ID=9', '?SN=A&Return=0']) {
      await request(app).get(`/iclock/devicecmd${query}`).expect(200, 'the app')
    }
    await request(app).head('/iclock/devicecmd?SN=A&ID=9&Return=0').expect(200)
    expect(adapter.replies()).toEqual([])
  })

  it('reads a POST with a reply in its query', async () => {
    const { app, adapter } = appWith(router)
    await request(app).post('/iclock/devicecmd?SN=A&id=k7&return=-1002&cmd=DATA').expect(200, 'OK')
    expect(adapter.replies()).toMatchObject([{ commandId: 'k7', returnCode: -1002 }])
  })
})
