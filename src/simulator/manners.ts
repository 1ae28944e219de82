// How the requests of firmware families differ: paths and headers.
import { createHash } from 'node:crypto'

/**
 * How a device's firmware writes: `attendance` like the manual's example, without a Content-Type; `access` with
 * `application/push;charset=UTF-8`, `return` in lower case and a cookie; `clone` to `/iclock/devicecmd.aspx`.
 */
export type Manners = 'attendance' | 'access' | 'clone'

export const PATHS: Record<Manners, string> = {
  attendance: '/iclock/devicecmd',
  access: '/iclock/devicecmd',
  clone: '/iclock/devicecmd.aspx',
}

export type Header = [name: string, value: string]

export function headersOf(
  manners: Manners,
  serialNumber: string,
  host: string,
  persistence: string,
): Header[] {
  if (manners === 'access') {
    return [
      ['Cookie', `token=${createHash('md5').update(serialNumber).digest('hex')}`],
      ['Host', host],
      ['User-Agent', 'iClock Proxy/1.09'],
      ['Connection', 'starting'],
      ['Accept', 'application/push'],
      ['Accept-Charset', 'UTF-8'],
      ['Accept-Language', 'zh-CN'],
      ['Content-Type', 'application/push;charset=UTF-8'],
      ['Content-Language', 'zh-CN'],
    ]
  }
  return [
    ['Host', host],
    ['User-Agent', 'iClock Proxy/1.09'],
    ['Connection', persistence],
    ['Accept', '*/*'],
  ]
}
