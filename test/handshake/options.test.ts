import { describe, expect, it } from 'vitest'
import { handshakeSettings } from '../../src/handshake/options.js'

describe('A wrong option is refused, and the message names it', () => {
  it.each([
    [{ delay: 0 }, '"delay" is 0; expected a whole number from 1 to 3600'],
    [{ delay: '10' }, '"delay" is "10"; expected a whole number from 1 to 3600'],
    [{ errorDelay: 1.5 }, '"errorDelay" is 1.5'],
    [{ transInterval: -1 }, '"transInterval" is -1; expected a whole number from 0 to 1440'],
    [{ realtime: 1 }, '"realtime" is 1; expected true or false'],
    [{ transTimes: '00:00' }, '"transTimes" is "00:00"; expected at most 10 times in a list'],
    [{ transTimes: ['24:00'] }, '"transTimes"'],
    [{ transTimes: ['00:00\nEncrypt=1'] }, '"transTimes"'],
    [{ transTimes: Array(11).fill('00:00') }, '"transTimes" is an array of 11'],
    [{ transFlag: [] }, '"transFlag" is an array of 0; expected a list of one or more of AttLog'],
    [{ transFlag: ['attlog'] }, 'it has "attlog", did you mean "AttLog"?'],
    [{ transFlag: ['AttLog', 'A=1\n'] }, 'it has "A=1\\n"'],
    [{ transFlag: ['AttLog', 8] }, 'it has 8'],
    [{ transFlag: 'AttLog' }, 'a list of words, or digits such as "1101101100"'],
    [{ transFlag: ['AttLog', 'FVEIN'] }, 'a terminal sends FVEIN only along with it'],
    [{ pushProtVer: '3' }, '"pushProtVer" is "3"; expected a version such as \'3.1.2\''],
    [{ pushProtVer: '3.1\n' }, '"pushProtVer"'],
    [{ pushProtVer: 3.1 }, '"pushProtVer" is 3.1'],
    [{ transFlag: ['AttLog', 'EnrollUser'] }, 'a terminal sends EnrollUser only along with it'],
    [{ transTables: ['user'] }, 'User, Transaction; it has "user", did you mean "User"?'],
    [{ keys: { Encrypt: 1 } }, '"keys.Encrypt" is 1'],
    [{ keys: { EncryptFlag: 1 } }, '"keys.EncryptFlag"'],
    [{ keys: { attlogstamp: 1 } }, '"keys.attlogstamp"'],
    [{ keys: { TimeZone: 8 } }, '"keys.TimeZone"'],
    [{ keys: { 'A=1\nB': 1 } }, '"keys" is "A=1\\nB"'],
    [{ keys: { A: '1\nEncrypt=1' } }, '"keys.A" is "1\\nEncrypt=1"'],
    [{ keys: { A: null } }, '"keys.A" is null'],
    [{ keys: ['A'] }, '"keys" is an array of 1'],
    [{ Delay: 10 }, 'there is no option "Delay"; did you mean "delay"?'],
    [{ requestDelay: 10 }, 'there is no option "requestDelay"; the options are delay, errorDelay'],
    ['fast', 'the options are "fast"'],
    [null, 'the options are null'],
  ])('%j is refused', (options, message) => {
    expect(() => handshakeSettings(options as never)).toThrow(TypeError)
    expect(() => handshakeSettings(options as never)).toThrow(message)
  })
})

it('An undefined option has its default', () => {
  expect(handshakeSettings({ delay: undefined } as never)).toEqual(handshakeSettings())
})
