// The texts that the server generates from its option.
export const TEXTS: Record<string, string>
