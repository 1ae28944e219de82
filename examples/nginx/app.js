// The app behind nginx. It is reached with its path unchanged and rewritten, so the router is
// mounted at both.
import express from 'express'
import { terminalRouter } from 'express-iclock'

/** Creates the app; `log` gets a line for each request. */
export function createApp(adapter, log) {
  const app = express()
  // One proxy is in front of the app: it sets req.ip and req.protocol to the terminal's.
  app.set('trust proxy', 1)
  app.use((req, _res, next) => {
    log(`${req.method} ${req.originalUrl} from ${req.ip} over ${req.protocol}`)
    next()
  })
  const terminals = terminalRouter({ adapter })
  app.use('/hr', terminals)
  app.use(terminals)
  return app
}
