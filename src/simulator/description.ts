// What a terminal says of itself: its options, and what it registers with.
import { optionsAbout } from './people/fact.js'
import type { Session } from './session.js'

/** The options of a time clock. */
export function optionsOf({ identity, log, people }: Session): string {
  const options = [
    '~DeviceName=Virtual',
    `FWVersion=${identity.firmware}`,
    `TransactionCount=${log.size}`,
    ...pairsOf(people ? optionsAbout(people) : { FingerFunOn: '1', FaceFunOn: '1' }),
  ]
  return options.join(identity.dialect.options === 'line' ? '\r\n' : ',')
}

/** What a door terminal registers with. */
export function registrationOf({ identity, people }: Session): string {
  const { firmware, pushVersion } = identity
  return [
    `DeviceType=acc,~DeviceName=Virtual,FirmVer=${firmware},PushVersion=Ver ${pushVersion}`,
    'CommType=ethernet,MaxPackageSize=2048000,LockCount=1,ReaderCount=2',
    ...pairsOf(people ? optionsAbout(people) : {}),
  ].join(',')
}

const pairsOf = (options: Record<string, string>) =>
  Object.entries(options).map(([key, value]) => `${key}=${value}`)
