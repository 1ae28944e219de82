// Compiled by test/mongo/mongo.mongodb.test.ts alone, with `mongoose` resolved to its major version
// 8.
import mongoose from 'mongoose'
import { mongoAdapter } from '../../src/mongo.js'

mongoAdapter(mongoose.connection.db)
mongoAdapter(mongoose.connection.getClient().db('hr'))
// @ts-expect-error: a connection is no Db
mongoAdapter(mongoose.connection)
