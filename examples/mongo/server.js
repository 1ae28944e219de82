// Connects the examples to the MongoDB at MONGODB_URL.
import { MongoClient } from 'mongodb'

/**
 * Connects to the server at MONGODB_URL; without one, prints what to start, and ends the program.
 */
export async function connect() {
  const url = process.env.MONGODB_URL
  if (!url) {
    console.error(
      'This example needs a MongoDB server, such as one of:\n' +
        '  docker run --rm -p 27017:27017 mongo\n' +
        '  npx mongodb-memory-server\n' +
        'Say where it is: MONGODB_URL=mongodb://127.0.0.1:27017 npm run …',
    )
    process.exit(1)
  }
  // Together they limit the wait for a database that is down or hangs; by default it is half a
  // minute, or endless.
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: 3000,
    connectTimeoutMS: 3000,
    socketTimeoutMS: 3000,
  })
  return client.connect()
}
