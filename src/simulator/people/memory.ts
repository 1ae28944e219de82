// The memory of a terminal for people, which survives power loss.
import {
  type Change,
  cutName,
  type TemplateType,
  type TerminalAuthorization,
  type TerminalPhoto,
  type TerminalTemplate,
  type TerminalUser,
  userOf,
} from './person.js'

/** A version of an algorithm. */
export interface AlgorithmVersion {
  major: number
  minor: number
}

/** How a terminal keeps people. */
export interface Habits {
  capacity: number
  templateCapacity: number
  versions: ReadonlyMap<TemplateType, AlgorithmVersion>
  takesPhotos: boolean
  announces: 'lists' | 'flat'
  nameBytes: number
  resetsFields: boolean
  keepsPhotos: boolean
  queries: 'all' | 'one' | 'none'
  batchSize: number
  returnsCount: boolean
  reports: 'rows' | 'operations' | 'nothing'
  sendsRows(total: number): number
}

// What it keeps under one PIN. Without a user, the rest may stay.
interface Place {
  user?: TerminalUser
  photo?: TerminalPhoto
  /** By type, number and piece. */
  templates: Map<string, TerminalTemplate>
  /** By time zone. */
  authorizations: Map<string, TerminalAuthorization>
}

/** The users, templates, photos and authorizations of a terminal. */
export class Memory {
  readonly habits: Habits
  /** What happened at the terminal and is not uploaded yet. */
  readonly changes: Change[] = []
  readonly #places = new Map<string, Place>()
  #userCount = 0
  #templateCount = 0

  constructor(habits: Habits) {
    this.habits = habits
  }

  get userCount(): number {
    return this.#userCount
  }

  has(pin: string): boolean {
    return this.#places.get(pin)?.user !== undefined
  }

  users(pin?: string): TerminalUser[] {
    return this.#placesOf(pin).flatMap(({ user }) => user ?? [])
  }

  templates(pin?: string): TerminalTemplate[] {
    return this.#placesOf(pin).flatMap(({ templates }) => [...templates.values()])
  }

  photos(pin?: string): TerminalPhoto[] {
    return this.#placesOf(pin).flatMap(({ photo }) => photo ?? [])
  }

  authorizations(pin?: string): TerminalAuthorization[] {
    return this.#placesOf(pin).flatMap(({ authorizations }) => [...authorizations.values()])
  }

  /** How many templates of this type there are; the pieces of one are not counted. */
  count(type: TemplateType): number {
    const ofType = this.templates().filter((each) => each.type === type)
    return new Set(ofType.map(({ pin, no }) => `${pin} ${no}`)).size
  }

  /** Adds a user or replaces it; fields that are not given stay unless the terminal resets them. */
  putUser(user: Partial<TerminalUser> & { pin: string }, resets: boolean): TerminalUser {
    const place = this.#placeOf(user.pin)
    if (place.user === undefined) this.#userCount++
    const merged = userOf({ ...(!resets && place.user), ...user })
    place.user = { ...merged, name: cutName(merged.name, this.habits.nameBytes) }
    return place.user
  }

  putTemplate(template: TerminalTemplate): void {
    const { pin, type, no, index, majorVersion } = template
    // Pieces belong together: those of another version, or of a photo, go.
    this.removeTemplates(pin, (each) => {
      if (each.type !== type || each.no !== no) return false
      return each.majorVersion !== majorVersion || 'photo' in each || 'photo' in template
    })
    const { templates } = this.#placeOf(pin)
    const before = templates.size
    templates.set(`${type} ${no} ${index}`, template)
    this.#templateCount += templates.size - before
  }

  /** Whether a template for this place still fits. */
  hasPlace({ pin, type, no }: Pick<TerminalTemplate, 'pin' | 'type' | 'no'>): boolean {
    const { templateCapacity } = this.habits
    if (this.#templateCount < templateCapacity || this.count(type) < templateCapacity) return true
    return this.templates(pin).some((each) => each.type === type && each.no === no)
  }

  putPhoto(photo: TerminalPhoto): void {
    this.#placeOf(photo.pin).photo = photo
  }

  authorize(authorization: TerminalAuthorization): void {
    const { pin, timeZone } = authorization
    this.#placeOf(pin).authorizations.set(timeZone, authorization)
  }

  /** Deletes a user, or all; the rest under the PIN stays. */
  removeUsers(pin?: string): void {
    for (const place of this.#placesOf(pin)) {
      if (place.user !== undefined) this.#userCount--
      delete place.user
    }
  }

  removeTemplates(
    pin: string | undefined,
    isMeant: (template: TerminalTemplate) => boolean = () => true,
  ): void {
    for (const { templates } of this.#placesOf(pin)) {
      for (const [key, template] of templates) {
        if (isMeant(template) && templates.delete(key)) this.#templateCount--
      }
    }
  }

  removePhotos(pin?: string): void {
    for (const place of this.#placesOf(pin)) delete place.photo
  }

  removeAuthorizations(pin?: string): void {
    for (const { authorizations } of this.#placesOf(pin)) authorizations.clear()
  }

  /** Forgets everybody, and what was not uploaded. */
  wipe(): void {
    this.#places.clear()
    this.#userCount = 0
    this.#templateCount = 0
    this.changes.length = 0
  }

  #placeOf(pin: string): Place {
    const place = this.#places.get(pin) ?? { templates: new Map(), authorizations: new Map() }
    this.#places.set(pin, place)
    return place
  }

  #placesOf(pin: string | undefined): Place[] {
    if (pin === undefined) return [...this.#places.values()]
    const place = this.#places.get(pin)
    return place === undefined ? [] : [place]
  }
}
