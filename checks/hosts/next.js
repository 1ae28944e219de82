// The app as a route handler of Next.js.
// @ts-expect-error Next.js is not installed here.
import { after } from 'next/server'
import { handle } from './app.js'

/** @param {Request} request */
export const GET = (request) => handle(request, { waitUntil: after })
export const POST = GET
