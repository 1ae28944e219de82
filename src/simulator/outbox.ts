// Replies that the server has not accepted yet, grouped into posts like firmware does.
import type { Exchange } from './exchange.js'

/**
 * How firmware posts a reply: `batched` with the others, `alone` in a post of its own, or `once`,
 * also alone, and never again even if the server refuses it.
 */
export type Handling = 'batched' | 'alone' | 'once'

/** A post of one or more replies. */
export interface Post {
  records: Uint8Array[]
  handling: Handling
}

/** Holds replies until the server has accepted them. */
export class Outbox {
  readonly #posts: Post[] = []

  get isEmpty(): boolean {
    return this.#posts.length === 0
  }

  /** Replies to later commands join a post that is still waiting. */
  add(record: Uint8Array, handling: Handling): void {
    const last = this.#posts.at(-1)
    if (handling === 'batched' && last?.handling === 'batched') {
      last.records.push(record)
    } else this.#posts.push({ records: [record], handling })
  }

  /** Posts in order until one is refused; resolves with the refused exchange. */
  async flush(post: (post: Post) => Promise<Exchange>): Promise<Exchange | undefined> {
    for (let first = this.#posts[0]; first !== undefined; first = this.#posts[0]) {
      const exchange = await post(first)
      if (!exchange.accepted && first.handling !== 'once') return exchange
      this.#posts.shift()
    }
    return undefined
  }
}
