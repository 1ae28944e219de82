// A NestJS app on Express, with the endpoint in main.ts, and once more behind Nest's own body parsers.
import 'reflect-metadata'
import {
  Controller,
  Get,
  type MiddlewareConsumer,
  Module,
  Post,
  RequestMethod,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import {
  type CommandReply,
  commandQueue,
  commandReplyHandler,
  type IssuedCommand,
  memoryAdapter,
  terminalRouter,
} from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { monitorRouter } from 'express-iclock/monitor'

const adapter = memoryAdapter()
const commands = commandQueue(adapter)

@Controller()
class RepliesController {
  @Post('open')
  open(): Promise<IssuedCommand> {
    return commands.issue('0316144680030', attendance.openDoor())
  }

  @Get('replies')
  replies(): CommandReply[] {
    return adapter.replies()
  }
}

@Module({ controllers: [RepliesController] })
class AppModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(commandReplyHandler({ adapter }))
      .forRoutes({ path: '/parsed/devicecmd', method: RequestMethod.POST })
  }
}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: ['error'],
    rawBody: process.env.RAW_BODY === 'true',
  })
  app.use(terminalRouter({ adapter }))
  app.use('/admin', monitorRouter({ adapter, commands }))
  await app.listen(0, '127.0.0.1')
  console.log(JSON.stringify(app.getHttpServer().address()))
}

main()
