// What one writes without thinking, and what most open servers do: split and URLSearchParams.
// It turns + into blanks, loses contents, and takes a missing Return for 0; here it is the measure for speed.

/** The same members as `parseReplies` gives, but for the serial number. */
export function naiveReplies(body) {
  return body
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { ID, Return, CMD, ...fields } = Object.fromEntries(new URLSearchParams(line))
      return {
        commandId: ID,
        returnCode: Number(Return),
        commandName: CMD,
        fields,
        raw: Buffer.from(line),
      }
    })
}

/** The pairs alone. */
export function naivePairs(body) {
  return body
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Object.fromEntries(new URLSearchParams(line)))
}

/** The same members as `parseUpload` gives for a line of ATTLOG. */
export function naiveAttendance(body) {
  return body
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [pin, time, status = '', verify = '', workCode = '', ...rest] = line
        .trimEnd()
        .split('\t')
      const raw = Buffer.from(line)
      return { kind: 'attendance', type: 'attlog', pin, time, status, verify, workCode, rest, raw }
    })
}
