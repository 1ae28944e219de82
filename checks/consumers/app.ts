// An app in TypeScript with its own type of command.
import express from 'express'
import {
  type CommandReply,
  commandQueue,
  type IssuedCommand,
  memoryAdapter,
  terminalRouter,
} from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { monitorRouter } from 'express-iclock/monitor'

interface PayrollCommand extends IssuedCommand {
  employee: number
}

const adapter = memoryAdapter<PayrollCommand>()
adapter.recordSent({
  serialNumber: '0316144680030',
  commandId: 'info8487',
  text: 'DATA UPDATE USERINFO PIN=1',
  employee: 7,
})

// Without its own type, a command may still have more than the protocol needs.
memoryAdapter().recordSent({ serialNumber: '1', commandId: '1', text: 'CHECK', employee: 7 })

const replies: (CommandReply & { employee: number | undefined })[] = []
const commands = commandQueue(adapter)
const app = express()
app.use(
  terminalRouter({
    adapter: {
      ...adapter,
      onReply(reply, command) {
        const employee: number | undefined = command?.employee
        replies.push({ ...reply, employee })
      },
    },
    authorize: (serialNumber, req) => req.ip !== undefined && serialNumber !== '',
  }),
)
app.use('/admin', monitorRouter({ adapter, commands }))
app.post('/open', async (_req, res) => {
  const issued: PayrollCommand = await commands.issue('0316144680030', attendance.openDoor(), {
    members: { employee: 7 },
  })
  res.json(issued)
})
app.get('/replies', (_req, res) => {
  res.json(replies)
})
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
