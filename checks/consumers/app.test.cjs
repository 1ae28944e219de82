// The app's test in Jest with its defaults: it loads the app with `require`.
const request = require('supertest')
const { app, adapter, page } = require('./app.cjs')
const { example } = require('./example.cjs')

afterAll(() => page.close())

test('keeps the replies of a terminal', async () => {
  const { path, body, kept } = example
  const answer = await request(app).post(path).send(body).unset('Content-Type')
  expect([answer.status, answer.text]).toEqual([200, 'OK'])
  expect(adapter.replies()).toMatchObject(kept)
})

test('loads every subpath', () => {
  for (const name of process.env.SUBPATHS.split(',')) expect(require(name)).toBeTruthy()
})
