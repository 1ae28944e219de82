// The obvious code, as in most open-source servers: split and URLSearchParams. It turns + into
// blanks, loses contents, and treats a missing Return as 0; here it is the reference for speed.

/** The same members as `parseReplies` returns, except the serial number. */
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

/** Only the pairs. */
export function naivePairs(body) {
  return body
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Object.fromEntries(new URLSearchParams(line)))
}

/** The same members as `parseUpload` returns for a line of ATTLOG. */
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
