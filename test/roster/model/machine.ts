// A terminal that holds people: what it is, what it holds, and what its commands do to it. It reads
// the text of commands, and shares no code with the roster.
import type { Random } from './random.js'

export interface Kind {
  family: 'attendance' | 'access'
  finger: number
  face: number | undefined
  takesPhotos: boolean
  /** How many users fit. */
  capacity: number
  /** To how many bytes it cuts names. */
  nameBytes: number
  /** Whether templates stay when their user is deleted. */
  isSticky: boolean
  knowsQueryAll: boolean
  knowsQueryOne: boolean
  /** Whether `Return` of a query is the number of rows. */
  returnsCount: boolean
  /** Whether what was written comes back. */
  echoes: boolean
  /** Whether it says that it has stored a template for a user whom it doesn't have. */
  losesTemplates: boolean
  firmware: string
}

export interface User {
  name: string
  pri: string
  card: string
}

export interface Row {
  type: string
  fields: Record<string, string>
}

/** What a command did: its code, and the rows that are uploaded before the reply. */
export interface Effect {
  code: number
  rows: Row[]
  told?: Record<string, string>
}

/** Who enrolled a content: the person's name is its first word. */
export const ownerOf = (text: string) => text.split(' ')[0] ?? ''
export const encoded = (text: string) => Buffer.from(text).toString('base64')
export const decoded = (content: string) => Buffer.from(content, 'base64').toString()

export class Machine {
  readonly users = new Map<string, User>()
  readonly doors = new Map<string, string[]>()
  /** `finger 6`, `face 0` or `photo 0`, by PIN: what it holds, in clear. */
  readonly slots = new Map<string, Map<string, string>>()
  /** PINs that commands deleted. */
  readonly deleted: { pin: string; user: User; wasRead: boolean }[] = []
  mixed: string[] = []
  /** Users whom it has shown since it was last asked for all; undefined if it never was. */
  #shown: Set<string> | undefined
  /** Whether it has once shown everybody, and said then how many there are. */
  wasRead = false

  readonly serialNumber: string
  readonly kind: Kind

  constructor(serialNumber: string, kind: Kind) {
    this.serialNumber = serialNumber
    this.kind = kind
  }

  get options(): Record<string, string> {
    const { finger, face, takesPhotos } = this.kind
    const list = (entries: Record<number, string>) =>
      Array.from({ length: 10 }, (_, type) => entries[type] ?? '0').join(':')
    return {
      MultiBioDataSupport: list({ 1: '1', ...(face && { 9: '1' }) }),
      MultiBioPhotoSupport: list(takesPhotos ? { 9: '1' } : {}),
      MultiBioVersion: list({ 1: `${finger}.0`, ...(face && { 9: `${face}.1` }) }),
    }
  }

  cut(name: string): string {
    const { nameBytes } = this.kind
    return Buffer.from(name).subarray(0, nameBytes).toString()
  }

  wipe(): void {
    this.users.clear()
    this.doors.clear()
    this.slots.clear()
  }

  /** Says how many users there are. */
  count(): number {
    const shown = this.#shown
    this.wasRead ||= shown !== undefined && [...this.users.keys()].every((pin) => shown.has(pin))
    return this.users.size
  }

  rowOf(pin: string): Row[] {
    const user = this.users.get(pin)
    if (user === undefined) return []
    this.#shown?.add(pin)
    const { name, pri, card } = user
    return this.kind.family === 'access'
      ? [{ type: 'user', fields: { uid: '1', cardno: card, pin, name, privilege: pri } }]
      : [{ type: 'user', fields: { PIN: pin, Name: name, Pri: pri, Card: card } }]
  }

  slotsOf(pin: string): Map<string, string> {
    const own = this.slots.get(pin) ?? new Map<string, string>()
    this.slots.set(pin, own)
    return own
  }

  execute(text: string, random: Random): Effect {
    const effect = this.#execute(text, random)
    const [, pin = ''] = /\bPIN=(\w+)/i.exec(text) ?? []
    const user = this.users.get(pin)
    if (user === undefined) return effect
    for (const [slot, content] of this.slotsOf(pin)) {
      if (ownerOf(content) === ownerOf(user.name)) continue
      this.mixed.push(`${pin} ${user.name} has ${slot} of ${content}: ${text.slice(0, 60)}`)
    }
    return effect
  }

  #execute(text: string, random: Random): Effect {
    if (text === 'INFO') {
      return { code: 0, rows: [], told: { UserCount: String(this.count()) } }
    }
    if (/^DATA QUERY USERINFO$|tablename=user,fielddesc=\*,filter=\*$/.test(text)) {
      if (!this.kind.knowsQueryAll) return { code: -1002, rows: [] }
      const rows = [...this.users.keys()].flatMap((pin) => this.rowOf(pin))
      // The rest of the rows may be lost, and the code says nothing of it.
      const shown = random.chance(0.15) ? rows.slice(0, random.below(rows.length + 1)) : rows
      this.#shown = new Set(shown.map(({ fields }) => fields.PIN ?? fields.pin ?? ''))
      return { code: this.kind.returnsCount ? rows.length : 0, rows: shown }
    }
    if (text === 'DATA COUNT user') return { code: this.count(), rows: [] }
    const one =
      /^DATA QUERY USERINFO PIN=(\w+)$/.exec(text) ??
      /^DATA QUERY tablename=user,.*filter=Pin=(\w+)$/.exec(text)
    if (one) {
      if (!this.kind.knowsQueryOne) return { code: -1002, rows: [] }
      const rows = this.rowOf(one[1] ?? '')
      return { code: this.kind.returnsCount ? rows.length : 0, rows }
    }
    const [, verb, table = '', rest = ''] = /^DATA (UPDATE|DELETE) (\w+) ?(.*)$/s.exec(text) ?? []
    if (verb === undefined) throw new Error(`the machine doesn't know ${text.slice(0, 80)}`)
    const fields: Record<string, string> = {}
    for (const pair of rest.split('\t')) {
      const at = pair.indexOf('=')
      fields[pair.slice(0, at).toLowerCase()] = pair.slice(at + 1)
    }
    const pin = fields.pin ?? ''
    if (pin === '') throw new Error(`no PIN in ${text.slice(0, 80)}`)
    return verb === 'UPDATE'
      ? this.#update(table.toLowerCase(), pin, fields)
      : this.#delete(table.toLowerCase(), pin, fields)
  }

  #update(table: string, pin: string, fields: Record<string, string>): Effect {
    const { kind } = this
    if (table === 'userinfo' || table === 'user') {
      if (!this.users.has(pin) && this.users.size >= kind.capacity) return { code: -1001, rows: [] }
      this.users.set(pin, {
        name: this.cut(fields.name ?? ''),
        pri: fields.pri ?? fields.privilege ?? '0',
        card: fields.card ?? fields.cardno ?? '',
      })
      return { code: 0, rows: kind.echoes ? this.rowOf(pin) : [] }
    }
    if (!this.users.has(pin)) {
      const isLost = kind.losesTemplates && table !== 'userauthorize'
      return { code: isLost ? 0 : kind.family === 'access' ? -27 : -10, rows: [] }
    }
    if (table === 'userauthorize') {
      const own = this.doors.get(pin) ?? []
      const one = `${fields.authorizetimezoneid} ${fields.authorizedoorid}`
      this.doors.set(pin, [...own.filter((other) => other !== one), one])
      return { code: 0, rows: [] }
    }
    if (table === 'biophoto') {
      if (!kind.takesPhotos || kind.face === undefined) return { code: -1002, rows: [] }
      const photo = decoded(fields.content ?? '')
      this.slotsOf(pin).set('photo 0', photo)
      const face = `${ownerOf(photo)} face made of ${photo}`
      this.slotsOf(pin).set('face 0', face)
      return { code: 0, rows: kind.echoes ? [this.#faceRow(pin, face)] : [] }
    }
    const isBiodata = table === 'biodata'
    const type = isBiodata ? fields.type : '1'
    const version = isBiodata ? Number(fields.majorver) : 10
    const own = type === '1' ? kind.finger : type === '9' ? kind.face : undefined
    if (own === undefined) return { code: -1002, rows: [] }
    if (version !== own) return { code: -30, rows: [] }
    const no = fields.no ?? fields.fid ?? fields.fingerid ?? '0'
    const content = fields.tmp ?? fields.template ?? ''
    this.slotsOf(pin).set(`${type === '1' ? 'finger' : 'face'} ${no}`, decoded(content))
    if (type === '9') this.slotsOf(pin).delete('photo 0')
    return { code: 0, rows: kind.echoes ? this.templateRows(pin) : [] }
  }

  #delete(table: string, pin: string, fields: Record<string, string>): Effect {
    const own = this.slotsOf(pin)
    const drop = (prefix: string) => {
      for (const slot of own.keys()) if (slot.startsWith(prefix)) own.delete(slot)
    }
    if (table === 'userauthorize') this.doors.delete(pin)
    else if (table === 'fingertmp' || table === 'templatev10') {
      drop(`finger ${fields.fid ?? fields.fingerid ?? ''}`)
    } else if (table === 'biodata') {
      drop(`${fields.type === '1' ? 'finger' : 'face'} ${fields.no ?? ''}`)
    } else if (table === 'biophoto') drop('photo ')
    else if (table === 'userinfo' || table === 'user') {
      const user = this.users.get(pin)
      if (user !== undefined) this.deleted.push({ pin, user, wasRead: this.wasRead })
      this.users.delete(pin)
      if (!this.kind.isSticky) own.clear()
    }
    return { code: 0, rows: [] }
  }

  templateRows(pin: string): Row[] {
    return [...this.slotsOf(pin)].flatMap(([slot, content]): Row[] => {
      const [type, no = '0'] = slot.split(' ')
      if (type === 'photo') return []
      if (type === 'face') return [this.#faceRow(pin, content)]
      return [this.fingerRow(pin, no, content)]
    })
  }

  fingerRow(pin: string, no: string, content: string): Row {
    const { finger, family } = this.kind
    const tmp = encoded(content)
    if (finger > 10) {
      return {
        type: 'biodata',
        fields: {
          Pin: pin,
          No: no,
          Index: '0',
          Valid: '1',
          Type: '1',
          MajorVer: `${finger}`,
          MinorVer: '0',
          Format: '0',
          Tmp: tmp,
        },
      }
    }
    return family === 'access'
      ? { type: 'templatev10', fields: { pin, fingerid: no, valid: '1', template: tmp } }
      : {
          type: 'fp',
          fields: { PIN: pin, FID: no, Size: String(tmp.length), Valid: '1', TMP: tmp },
        }
  }

  #faceRow(pin: string, content: string): Row {
    return {
      type: 'biodata',
      fields: {
        Pin: pin,
        No: '0',
        Index: '0',
        Valid: '1',
        Type: '9',
        MajorVer: `${this.kind.face}`,
        MinorVer: '1',
        Format: '0',
        Tmp: encoded(content),
      },
    }
  }
}
