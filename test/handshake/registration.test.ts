import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { carriesToken, registrationOf, tokenOf } from '../../src/handshake/registration.js'

const SECRET = 'a secret of the whole house'

describe('The registration of an access terminal', () => {
  it('The code and the session are 32 hexadecimal digits each', () => {
    const { registryCode, sessionId } = registrationOf('A', SECRET)
    expect(registryCode).toMatch(/^[0-9a-f]{32}$/)
    expect(sessionId).toMatch(/^[0-9a-f]{32}$/)
    expect(sessionId).not.toBe(registryCode)
  })

  it('The registration is the same whenever and wherever it is derived', () => {
    expect(registrationOf('A', SECRET)).toEqual(registrationOf('A', SECRET))
    // Written down: another process, or a later version, must come to the same.
    expect(registrationOf('VGU6259900603', SECRET)).toEqual({
      registryCode: 'e4a335ac50d9d1f8d0085145700ea804',
      sessionId: '57272bc36f53795dbe69bbdab7ab46d8',
    })
  })

  it('The registration differs by serial number and by secret', () => {
    const codes = [
      registrationOf('A', SECRET),
      registrationOf('B', SECRET),
      registrationOf('A', `${SECRET}!`),
      registrationOf('A'),
    ].map(({ registryCode }) => registryCode)
    expect(new Set(codes).size).toBe(4)
  })
})

describe('The token', () => {
  const registration = registrationOf('A', SECRET)
  const { registryCode, sessionId } = registration
  const token = createHash('md5').update(`${registryCode}A${sessionId}`).digest('hex')
  const from = (cookie?: string) => ({ headers: { cookie } }) as IncomingMessage

  it('The token is the MD5 of code, serial number and session', () => {
    expect(tokenOf('A', registration)).toBe(token)
  })

  it.each([
    `token=${token}`,
    `token=${token.toUpperCase()}`,
    `timestamp=1; token=${token}`,
    `token=${token};timestamp=1`,
    `token="${token}"`,
  ])('The token is found in the cookie %s', (cookie) => {
    expect(carriesToken('A', from(cookie), SECRET)).toBe(true)
  })

  it.each([
    undefined,
    '',
    `token=${'0'.repeat(32)}`,
    `token=${token.slice(1)}`,
    `token=${token}0`,
    `mytoken=${token}`,
    token,
  ])('No token is found in the cookie %s', (cookie) => {
    expect(carriesToken('A', from(cookie), SECRET)).toBe(false)
  })

  it("Another terminal's token is refused", () => {
    expect(carriesToken('B', from(`token=${token}`), SECRET)).toBe(false)
  })

  it.each([undefined, '', 'short', 12])(
    'The token is not checked with %j as the secret',
    (secret) => {
      expect(() => carriesToken('A', from(`token=${token}`), secret as never)).toThrow(
        /option "secret" (is|has) .*; expected text of 16 characters or more/,
      )
    },
  )

  it('Neither the token nor the secret is shown if the secret is refused', () => {
    expect(() => carriesToken('A', from(), 'hunter2')).toThrow(/^((?!hunter2).)*$/)
  })
})
