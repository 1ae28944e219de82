// An app in TypeScript whose commands are of a type of its own.
import express from 'express'
import {
  type CommandReply,
  commandReplyRouter,
  type IssuedCommand,
  memoryAdapter,
} from 'express-iclock'

interface PayrollCommand extends IssuedCommand {
  employee: number
}

const adapter = memoryAdapter<PayrollCommand>()
adapter.issue({
  serialNumber: '0316144680030',
  commandId: 'info8487',
  text: 'DATA UPDATE USERINFO PIN=1',
  employee: 7,
})

// Without a type of its own, a command may still have more than the protocol needs.
memoryAdapter().issue({ serialNumber: '1', commandId: '1', text: 'CHECK', employee: 7 })

const replies: (CommandReply & { employee: number | undefined })[] = []
const app = express()
app.use(
  commandReplyRouter({
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
app.get('/replies', (_req, res) => {
  res.json(replies)
})
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
