// The app behind nginx. It is reached with its path kept and with its path rewritten, so the router is mounted at both.
import express from 'express'
import { terminalRouter } from 'express-iclock'

/** Makes the app; `log` gets a line for each request. */
export function createApp(adapter, log) {
  const app = express()
  // One proxy stands before the app: req.ip and req.protocol are what it says of the terminal.
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
