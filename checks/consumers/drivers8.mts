// Compiled with `mongoose` being its major 8.
import { terminalRouter } from 'express-iclock'
import { mongoAdapter } from 'express-iclock/mongo'
import mongoose from 'mongoose'

terminalRouter({ adapter: mongoAdapter(mongoose.connection.getClient().db('hr')) })
