import express from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { commandReplyRouter, memoryAdapter, terminalRouter } from '../../src/index.js'

/** An app with its own route after the router. */
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
  it('A GET with a reply in its query is read', async () => {
    const { app, adapter } = appWith(router)
    await request(app).get('/iclock/devicecmd?SN=A&ID=9&Return=0&CMD=CHECK').expect(200, 'OK')
    await request(app).get('/iclock/devicecmd.aspx?SN=A&ID=10&Return=-1').expect(200, 'OK')
    expect(adapter.replies()).toMatchObject([
      { serialNumber: 'A', commandId: '9', returnCode: 0, commandName: 'CHECK' },
      { serialNumber: 'A', commandId: '10', returnCode: -1 },
    ])
  })

  it('Any other GET is left to the app', async () => {
    const { app, adapter } = appWith(router)
    for (const query of ['', '?SN=A', '?SN=A&ID=9', '?SN=A&Return=0']) {
      await request(app).get(`/iclock/devicecmd${query}`).expect(200, 'the app')
    }
    await request(app).head('/iclock/devicecmd?SN=A&ID=9&Return=0').expect(200)
    expect(adapter.replies()).toEqual([])
  })

  it('A POST with a reply in its query is read', async () => {
    const { app, adapter } = appWith(router)
    await request(app).post('/iclock/devicecmd?SN=A&id=k7&return=-1002&cmd=DATA').expect(200, 'OK')
    expect(adapter.replies()).toMatchObject([{ commandId: 'k7', returnCode: -1002 }])
  })
})

describe('afterReply of terminalRouter', () => {
  it('afterReply is called for replies, and for commands that an upload reports as failed', async () => {
    const heard: [string, string][] = []
    const adapter = memoryAdapter()
    const app = express().use(
      terminalRouter({
        adapter,
        afterReply: ({ commandId, commandName }) => void heard.push([commandId, commandName]),
      }),
    )
    await request(app)
      .post('/iclock/devicecmd?SN=A')
      .type('text/plain')
      .send('ID=1&Return=0&CMD=CHECK')
    const error = 'ERRORLOG ErrCode=D01E0001\tErrMsg=\tDataOrigin=cmd\tCmdId=2\tAdditional='
    for (const _twice of [1, 2]) {
      await request(app).post('/iclock/cdata?SN=A&table=OPERLOG').type('text/plain').send(error)
    }
    await expect
      .poll(() => heard)
      .toEqual([
        ['1', 'CHECK'],
        ['2', 'ERRORLOG'],
      ])
  })

  it('The router has a separate bound on the records of replies', async () => {
    const app = express().use(
      terminalRouter({ adapter: memoryAdapter(), reply: { maxRecords: 1 } }),
    )
    const post = () => request(app).post('/iclock/devicecmd?SN=A').type('text/plain')
    await post().send('ID=1&Return=0').expect(200)
    await post().send('ID=1&Return=0\nID=2&Return=0').expect(413)
  })
})
