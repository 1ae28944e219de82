// A terminal's clock: local time without a zone, as firmware writes it.

/** The clock of a terminal, which may be wrong. It runs on through a power loss. */
export class Clock {
  /** As the server gave it, at the handshake or with the time. */
  timeZone = '0'
  #error: number

  /** @param error how far it is ahead of this process, in ms */
  constructor(error: number) {
    this.#error = error
  }

  now(): Date {
    return new Date(Date.now() + this.#error)
  }

  set(instant: Date): void {
    this.#error = instant.getTime() - Date.now()
  }

  /** Old and mid firmware lets the `Date` of a server set its clock if it is off by over 10 s. */
  follow(date: Date | undefined): void {
    const error = (date?.getTime() ?? this.now().getTime()) - this.now().getTime()
    if (date !== undefined && Math.abs(error) > 10_000) this.set(date)
  }
}

/** `YYYY-MM-DD hh:mm:ss`, for a time zone as the handshake gives it. */
export function localTime(instant: Date, timeZone: string): string {
  const shifted = new Date(instant.getTime() + offsetOf(timeZone))
  return shifted.toISOString().slice(0, 19).replace('T', ' ')
}

/** The instant at which this local time is shown. */
export function instantOf(local: string, timeZone: string): Date {
  return new Date(Date.parse(`${local.replace(' ', 'T')}Z`) - offsetOf(timeZone))
}

/** In ms; from hours, minutes beyond 14, `-05:00` (American manual), or `+0800` (access manual). */
function offsetOf(timeZone: string): number {
  const [, sign = '', hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(timeZone) ?? []
  if (hours !== undefined)
    return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
  const offset = Number(timeZone) || 0
  return (Math.abs(offset) <= 14 ? offset * 60 : offset) * 60_000
}

/** The seconds that old firmware counts, in months of 31 days since 2000. */
export function timeCodeOf(time: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = time
    .split(/[^\d]+/)
    .map(Number)
  const days = (year - 2000) * 372 + (month - 1) * 31 + day - 1
  return days * 86_400 + hour * 3600 + minute * 60 + second
}

/** The local time that a code stands for, as `timeCodeOf` counts it. */
export function timeOfCode(code: number): string {
  const days = Math.floor(code / 86_400)
  const parts = [Math.floor(days / 372) + 2000, Math.floor(days / 31) % 12, days % 31]
  const [year, month = 0, day = 0] = parts
  const time = new Date((code % 86_400) * 1000).toISOString().slice(11, 19)
  const two = (part: number) => String(part + 1).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${time}`
}
