// The calls of an adapter that always returns promises. Types only.

/** The calls of a storage interface, all of them there, each with a promise. */
export type Promised<Storage> = {
  [Name in keyof Storage]-?: NonNullable<Storage[Name]> extends (
    ...given: infer Given
  ) => infer Answer
    ? (...given: Given) => Promise<Said<Awaited<Answer>>>
    : never
}

/** An answer, where storage may also say nothing, or that there is nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: storage may return nothing
type Said<Answer> = void extends Answer
  ? [Exclude<Answer, void>] extends [never]
    ? Answer
    : Exclude<Answer, void>
  : Exclude<Answer, null>
