// An HR app on PostgreSQL: it keeps employees on their terminals, stores attendance in its own
// table, and shows the terminals to administrators.
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { commandQueue, type IssuedCommand, terminalRouter } from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { type MonitorRouter, monitorRouter } from 'express-iclock/monitor'
import { postgresAdapter } from 'express-iclock/postgres'
import { type Roster, roster } from 'express-iclock/roster'
import { type Attendance, attendanceOn } from './attendance.js'
import type { Database } from './database.js'
import { employeesOn } from './employees.js'

/** The app's own data of a command. */
interface HrCommand extends IssuedCommand {
  employee?: string
}

type Adapter = ReturnType<typeof postgresAdapter<HrCommand>>

export interface AppOptions {
  database: Database
  /** The serial numbers of the terminals that may connect to the app. */
  terminals: readonly string[]
  /** The app's own login, for the page of the terminals. */
  requireAdmin: (req: Request, res: Response, next: NextFunction) => void
  /** Called with the person who just came or went, for a screen at the door. */
  greet?: (pin: string) => void
  /** How long a browser waits for a terminal, in ms. */
  patience?: number
  /** `'apply'` deletes employees who have left from the terminals; `'report'` only says who. */
  deletes?: 'report' | 'apply'
}

export interface HrApp {
  app: Express
  page: MonitorRouter
  /** Start its passes. */
  people: Roster<Adapter>
}

/** Brings the tables up to date and creates the app; close `page` together with the server. */
export async function createApp(options: AppOptions): Promise<HrApp> {
  const { database, terminals, requireAdmin, greet = () => {}, patience = 20_000 } = options
  const adapter = postgresAdapter<HrCommand>(database)
  const comings: Attendance = attendanceOn(database)
  const employees = employeesOn(database)
  await adapter.migrate()
  await comings.migrate()
  await employees.migrate()
  const people = roster({
    adapter,
    deletes: options.deletes ?? 'report',
    async *desired(serialNumber) {
      yield* await employees.at(serialNumber)
    },
    // A finger enrolled at one terminal comes to all terminals of its employee.
    async onEnrollment(enrollment) {
      await employees.keepTemplates(enrollment)
      await people.changed({ pin: enrollment.pin })
    },
  })
  const commands = commandQueue(adapter)
  const page = monitorRouter({ adapter, commands, roster: people, timeZone: 'Asia/Manila' })

  const app = express()
  // Before the parsers: it reads requests of terminals itself.
  app.use(
    terminalRouter({
      timeZone: 'Asia/Manila',
      authorize: (serialNumber) => terminals.includes(serialNumber),
      adapter: {
        ...people.adapter,
        // The terminal forgets whatever is answered OK; if this throws, it sends the records again.
        async onUpload(upload) {
          for (const record of upload.records) {
            if (record.kind === 'attendance') await comings.keep(upload.serialNumber, record)
          }
          return people.adapter.onUpload(upload)
        },
      },
      afterUpload({ records }) {
        for (const record of records) if (record.kind === 'attendance') greet(record.pin)
      },
    }),
  )
  app.use('/admin/terminals', requireAdmin, page)
  app.use(express.json())

  app.post('/employees', async (req, res) => {
    const { pin, name, serialNumber } = req.body ?? {}
    if (!terminals.includes(serialNumber)) return void res.sendStatus(404)
    fromInput(() => attendance.putUser({ pin, name }))
    await employees.put(pin, name, serialNumber)
    await people.changed({ serialNumber })
    res.status(201).json({ pin, name })
  })

  app.delete('/employees/:pin', async (req, res) => {
    await employees.leave(req.params.pin)
    await people.changed({ pin: req.params.pin })
    res.sendStatus(204)
  })

  // HR's page: where an employee stands on each terminal.
  app.get('/employees/:pin/terminals', async (req, res) => {
    const { rows } = await people.status({ pin: req.params.pin })
    res.json(rows.map(({ serialNumber, state, meaning }) => ({ serialNumber, state, meaning })))
  })

  // And how far a terminal is: present / wanted is a progress bar.
  app.get('/terminals/:serialNumber/people', async (req, res) => {
    res.json(await people.count(req.params.serialNumber))
  })

  // The employee is at the terminal: this answer waits for the finger.
  app.post('/employees/:pin/fingers', async (req, res) => {
    const { serialNumber, finger } = req.body ?? {}
    if (!terminals.includes(serialNumber)) return void res.sendStatus(404)
    const { pin } = req.params
    const command = fromInput(() => attendance.enrollFingerprint({ pin, finger, overwrite: true }))
    const { state, meaning } = await commands.run(serialNumber, command, {
      members: { employee: pin },
      timeout: patience,
    })
    res
      .status(state === 'succeeded' ? 201 : 502)
      .json({ pin, finger, terminal: { state, meaning } })
  })

  app.get('/employees/:pin/attendance', async (req, res) => {
    res.json(await comings.of(req.params.pin))
  })

  app.use((error: Failure, _req: Request, res: Response, next: NextFunction) => {
    if (error.code === 'COMMAND_TIMEOUT') {
      // The terminal may be off until tomorrow, and gets the command then.
      return void res.status(202).json({ terminal: { state: 'waiting' } })
    }
    if (error.status === undefined || error.status >= 500) return next(error)
    res.status(error.status).json({ error: error.message })
  })

  return { app, page, people }
}

interface Failure extends Error {
  status?: number
  code?: string
}

// Builders refuse values that a terminal would misread, with a reason: here it is the browser's
// mistake.
function fromInput<Command>(build: () => Command): Command {
  try {
    return build()
  } catch (error) {
    throw Object.assign(error as Error, { status: 400 })
  }
}
