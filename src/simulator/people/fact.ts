// What a terminal says of the people that it keeps: counts in its options and in INFO.
import type { Habits, Memory } from './memory.js'
import { TEMPLATE_TYPES, type TemplateType } from './person.js'
import { LAST_OLD_FINGER } from './row.js'

/** Its options about people, such as `UserCount`. */
export function optionsAbout(memory: Memory): Record<string, string> {
  const { habits, userCount } = memory
  const counts = { UserCount: String(userCount), FPCount: String(memory.count('finger')) }
  return {
    ...counts,
    FaceCount: String(faceCount(memory)),
    ...(habits.announces === 'lists' ? listsOf(memory) : flatOf(habits)),
  }
}

function listsOf(memory: Memory): Record<string, string> {
  const { versions, takesPhotos, templateCapacity } = memory.habits
  const list = (told: (type: TemplateType) => string | number) =>
    TEMPLATE_TYPES.map((type) => (versions.has(type) ? told(type) : 0)).join(':')
  return {
    // Fingers up to version 10 have a table of their own.
    MultiBioDataSupport: list((type) => (isOldFinger(type, memory.habits) ? 0 : 1)),
    MultiBioPhotoSupport: list((type) => (type === 'face' && takesPhotos ? 1 : 0)),
    MultiBioVersion: list((type) => versionText(memory.habits, type)),
    MaxMultiBioDataCount: list(() => templateCapacity),
    MultiBioDataCount: list((type) => memory.count(type)),
    ...(isOldFinger('finger', memory.habits) && {
      FPVersion: versionText(memory.habits, 'finger'),
    }),
  }
}

function flatOf(habits: Habits): Record<string, string> {
  const face = habits.versions.has('face') ? 'face' : 'infraredFace'
  const options: [key: string, switchedOn: string, type: TemplateType][] = [
    ['FPVersion', 'FingerFunOn', 'finger'],
    ['FaceVersion', 'FaceFunOn', face],
    ['PvVersion', 'PvFunOn', 'palmVein'],
    ['FvVersion', 'FvFunOn', 'fingerVein'],
  ]
  const told = options.flatMap(([version, isOn, type]) => {
    if (!habits.versions.has(type)) return [[isOn, '0']]
    return [
      [isOn, '1'],
      [version, versionText(habits, type)],
    ]
  })
  return { ...Object.fromEntries(told), BioPhotoFun: habits.takesPhotos ? '1' : '0' }
}

/** What `INFO` says of people; a version is -1 if there is no such algorithm. */
export interface InfoAboutPeople {
  users: number
  fingers: number
  fingerVersion: number
  faceVersion: number
  faces: number
}

/** The counts and versions that `INFO` carries. */
export function infoAbout(memory: Memory): InfoAboutPeople {
  const { versions } = memory.habits
  const face = versions.get('face') ?? versions.get('infraredFace')
  return {
    users: memory.userCount,
    fingers: memory.count('finger'),
    fingerVersion: versions.get('finger')?.major ?? -1,
    faceVersion: face?.major ?? -1,
    faces: faceCount(memory),
  }
}

const faceCount = (memory: Memory) => memory.count('face') + memory.count('infraredFace')

function isOldFinger(type: TemplateType, { versions }: Habits): boolean {
  return type === 'finger' && (versions.get(type)?.major ?? 0) <= LAST_OLD_FINGER
}

function versionText({ versions }: Habits, type: TemplateType): string {
  const { major = 0, minor = 0 } = versions.get(type) ?? {}
  return `${major}.${minor}`
}
