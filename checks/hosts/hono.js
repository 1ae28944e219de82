// The app on Hono, with Node.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { handle } from './app.js'

const app = new Hono()
app.all('*', (context) => handle(context.req.raw))
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' }, () => {
  console.log('listening')
})
