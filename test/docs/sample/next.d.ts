// What the listing for Next.js imports; Next.js itself is not installed here.
declare module 'next/server' {
  export function after(work: Promise<unknown>): void
}
