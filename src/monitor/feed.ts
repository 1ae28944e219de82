// Keeps views up to date: each is read from storage once per interval, however many people watch
// it.
import { changeOf } from './change.js'
import { QueryError } from './query.js'

/** Reads the view of a checked query from storage. */
export type LoadView = (query: URLSearchParams) => Promise<object | undefined>

/** What has changed since a view, as JSON. */
export interface Since {
  view: string
  change: string
}

/**
 * Receives a view as JSON each time that it has changed, with what has changed since the one before
 * it; or undefined if storage could not be read.
 */
export type Watcher = (view: string | undefined, since?: Since) => void

/** Views, live. */
export interface Feed {
  /** Reads a view once; simultaneous requests share a read. */
  read(query: URLSearchParams): Promise<string>
  /** Calls the watcher with the view now and at each change, until the returned function is called. */
  watch(query: URLSearchParams, watcher: Watcher): () => void
  /** Reads all watched views immediately, because something has changed. */
  refresh(): void
  close(): void
}

const MOST_AT_ONCE = 4

interface Topic {
  query: URLSearchParams
  watchers: Set<Watcher>
  /** The view last sent to the watchers; undefined before the first. */
  view?: string | undefined
  isFailing: boolean
}

/**
 * Creates a feed. It sets a timer only while somebody watches.
 *
 * @param interval how often storage is read, in milliseconds
 * @param report receives errors of storage
 */
export function feed(load: LoadView, interval: number, report: (error: unknown) => void): Feed {
  return new Views(load, interval, report)
}

function sinceThen(before: string, after: string): Since {
  return { view: before, change: JSON.stringify(changeOf(before, after)) }
}

class Views implements Feed {
  readonly #load: LoadView
  readonly #interval: number
  readonly #report: (error: unknown) => void
  readonly #topics = new Map<string, Topic>()
  readonly #reads = new Map<string, Promise<string>>()
  readonly #queued = new Set<Topic>()
  #running = 0
  #timer: NodeJS.Timeout | undefined

  constructor(load: LoadView, interval: number, report: (error: unknown) => void) {
    this.#load = load
    this.#interval = interval
    this.#report = report
  }

  read(query: URLSearchParams): Promise<string> {
    const key = query.toString()
    const running = this.#reads.get(key)
    if (running !== undefined) return running
    const started = this.#load(query)
      .then((view) => JSON.stringify(view) ?? 'null')
      .finally(() => this.#reads.delete(key))
    this.#reads.set(key, started)
    return started
  }

  watch(query: URLSearchParams, watcher: Watcher): () => void {
    const key = query.toString()
    const topic = this.#topics.get(key) ?? {
      query,
      watchers: new Set<Watcher>(),
      isFailing: false,
    }
    topic.watchers.add(watcher)
    if (!this.#topics.has(key)) {
      this.#topics.set(key, topic)
      this.#queue(topic)
    } else if (topic.isFailing) watcher(undefined)
    else if (topic.view !== undefined) watcher(topic.view)
    this.#timer ??= setInterval(() => this.refresh(), this.#interval)
    return () => {
      topic.watchers.delete(watcher)
      if (topic.watchers.size > 0 || this.#topics.get(key) !== topic) return
      this.#topics.delete(key)
      this.#stopIfUnwatched()
    }
  }

  refresh(): void {
    for (const topic of this.#topics.values()) this.#queue(topic)
  }

  close(): void {
    this.#topics.clear()
    this.#queued.clear()
    this.#stopIfUnwatched()
  }

  // However many views are watched, storage is asked for a few at a time.
  #queue(topic: Topic): void {
    this.#queued.add(topic)
    while (this.#running < MOST_AT_ONCE) {
      const [next] = this.#queued
      if (next === undefined) return
      this.#queued.delete(next)
      if (next.watchers.size === 0) continue
      this.#running++
      void this.#update(next).finally(() => {
        this.#running--
        const [waiting] = this.#queued
        if (waiting !== undefined) this.#queue(waiting)
      })
    }
  }

  async #update(topic: Topic): Promise<void> {
    // What is being read may have been there before the change.
    await this.#reads.get(topic.query.toString())?.catch(() => {})
    try {
      const view = await this.read(topic.query)
      const isNew = topic.isFailing || view !== topic.view
      const since = isNew && topic.view !== undefined ? sinceThen(topic.view, view) : undefined
      topic.view = view
      topic.isFailing = false
      if (isNew) for (const watcher of topic.watchers) watcher(view, since)
    } catch (error) {
      // Reported once, not at every interval until storage is back.
      if (!topic.isFailing && !(error instanceof QueryError)) this.#report(error)
      topic.isFailing = true
      for (const watcher of topic.watchers) watcher(undefined)
    }
  }

  #stopIfUnwatched(): void {
    if (this.#topics.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
