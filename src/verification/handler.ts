// POST cdata?AuthType=: a terminal asks whether a door may open, and gets an answer in time.
import { type Endpoint, endpoint } from '../endpoint/endpoint.js'
import { endpointSettings } from '../endpoint/options.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { Asking } from './asking.js'
import { denying } from './denying.js'
import {
  type VerificationEndpointOptions,
  type VerificationSettings,
  verificationSettings,
} from './options.js'

/** Whether a request to `cdata` asks whether a door may open. */
export function asksForDecision({
  method,
  target,
}: Pick<TerminalRequest, 'method' | 'target'>): boolean {
  return method === 'POST' && target.has('authtype') && !target.has('table')
}

/**
 * Creates the endpoint, on options whose names were checked. Without `verification` every question is
 * stored and denied.
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 */
export function verificationEndpoint(
  options: VerificationEndpointOptions,
  kept: Pick<VerificationSettings, 'keep' | 'onKept'>,
): Endpoint {
  const { verification } = options
  if (verification === undefined) return endpoint(endpointSettings(options), denying(kept.keep))
  const settings = verificationSettings(options, verification, kept)
  return {
    accepts: asksForDecision,
    closesAfter: () => false,
    answer: (request) => new Asking(settings, request).answer(),
  }
}
