// Common to all measurements: their scope, and errors as attributes.

/** The name under which everything is measured. */
export const SCOPE = 'express-iclock'

const CODE = /^[\w.]{1,60}$/

/** A code as an attribute; a text that somebody chose would be a series of its own. */
export function codeOf(code: unknown): string {
  return typeof code === 'string' && CODE.test(code) ? code : 'other'
}

/** An error as an attribute: its message may show a person's data. */
export function kindOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return codeOf(code ?? name)
}
