// Moments in the viewer's zone, and beside them in the terminal's.
import { html, said, t } from './element.js'

let skew = 0

/**
 * Sets the skew to the server's clock, so that "2 min ago" is right on a computer whose clock is
 * wrong.
 */
export function setSkew(now) {
  skew = Date.now() - now
}

/** The moment now, by the server's clock. */
export function serverNow() {
  return Date.now() - skew
}

/** @type {Map<string | undefined, Intl.DateTimeFormat>} */
const formats = new Map()

function partsIn(zone, at) {
  let format = formats.get(zone)
  if (format === undefined) {
    /** @type {Intl.DateTimeFormatOptions} */
    const shape = {
      ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
    }
    format = new Intl.DateTimeFormat(
      'en',
      zone === undefined ? shape : { ...shape, timeZone: zone },
    )
    formats.set(zone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`
}

/** `2026-10-05 06:58:10` in the viewer's zone. */
export const localTime = (at) => partsIn(undefined, at)

/** The same on the terminal's clock; undefined if its zone is unknown. */
export function terminalTime(at, terminal) {
  const { zone, utcOffset } = terminal ?? {}
  const named = /^([+-])(\d\d):(\d\d)$/.exec(zone ?? '')
  if (zone !== undefined && named === null) return partsIn(zone, at)
  const sign = named?.[1] === '-' ? -1 : 1
  const offset = named ? sign * (Number(named[2]) * 60 + Number(named[3])) : utcOffset
  return offset === undefined ? undefined : partsIn('UTC', at + offset * 60_000)
}

/** A moment; the terminal's own time, if it differs, is shown on demand. */
export function moment(at, terminal) {
  if (at === undefined) return undefined
  const here = localTime(at)
  const there = terminalTime(at, terminal)
  const own = html`<time datetime=${new Date(at).toISOString()}>${here}</time>`
  if (there === undefined || there === here) return own
  return onDemand(own, t('time.local', { time: shortened(there, here) }))
}

/** A time, and another one for those who open it. */
export function onDemand(time, other) {
  return html`<details class="when"><summary>${time}</summary><span class="beside">${said(other)}</span></details>`
}

/** A time without its day, if it is the day of another one. */
export const shortened = (time, other) =>
  time.slice(0, 10) === other.slice(0, 10) ? time.slice(11) : time

/** How long ago a moment is. */
export function ago(at) {
  const minutes = Math.floor((serverNow() - at) / 60_000)
  if (minutes < 1) return t('time.now')
  if (minutes < 60) return t('time.minutes', { n: minutes })
  if (minutes < 48 * 60) return t('time.hours', { n: Math.floor(minutes / 60) })
  return t('time.days', { n: Math.floor(minutes / 1440) })
}
