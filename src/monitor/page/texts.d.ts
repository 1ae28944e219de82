// The texts that the server makes of its option.
export const TEXTS: Record<string, string>
