// A terminal's wall clock: local time without a zone, as firmware writes it.

/**
 * `YYYY-MM-DD hh:mm:ss`, for a time zone as the handshake gives it: hours, or minutes beyond 14.
 */
export function localTime(instant: Date, timeZone = '0'): string {
  const offset = Number(timeZone) || 0
  const minutes = Math.abs(offset) <= 14 ? offset * 60 : offset
  const shifted = new Date(instant.getTime() + minutes * 60_000)
  return shifted.toISOString().slice(0, 19).replace('T', ' ')
}

/** The seconds that old firmware counts, in months of 31 days since 2000. */
export function timeCodeOf(time: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = time
    .split(/[^\d]+/)
    .map(Number)
  const days = (year - 2000) * 372 + (month - 1) * 31 + day - 1
  return days * 86_400 + hour * 3600 + minute * 60 + second
}
