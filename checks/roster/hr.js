// The HR system of the campaign: who belongs on which terminal, in a file that every app reads.
import { readFile, rename, writeFile } from 'node:fs/promises'

/**
 * @typedef {object} Employee
 * @property {string} pin
 * @property {string} person never given to two people
 * @property {string} name
 *
 * @typedef {Record<string, Employee[]>} Places By serial number.
 */

/** What a template or a photo of a person holds. @param {string} person @param {string} what */
export const contentOf = (person, what) =>
  Buffer.from(`${person} ${what}`.padEnd(60)).toString('base64')

/** Whose a template or a photo is. @param {string} content */
export const ownerOf = (content) => Buffer.from(content, 'base64').toString().split(' ')[0]

/** @param {string} file @param {Places} places */
export async function publish(file, places) {
  await writeFile(`${file}.new`, JSON.stringify(places))
  await rename(`${file}.new`, file)
}

/** @param {string} file @param {string} serialNumber */
export async function* employeesAt(file, serialNumber) {
  /** @type {Places} */
  const places = JSON.parse(await readFile(file, 'utf8'))
  for (const { pin, person, name } of places[serialNumber] ?? []) {
    const templates = [template(pin, person, 1, 10), template(pin, person, 9, 58)]
    const access = [{ timeZone: 1, doors: [1] }]
    yield { pin, person, name, templates, photo: contentOf(person, 'photo'), access }
  }
}

/** @param {string} pin @param {string} person @param {number} type @param {number} version */
function template(pin, person, type, version) {
  const fields = {
    ...{ Pin: pin, No: '0', Index: '0', Valid: '1', Duress: '0', Type: `${type}` },
    ...{ MajorVer: `${version}`, MinorVer: '0', Format: '0', Tmp: contentOf(person, `${type}`) },
  }
  return { kind: /** @type {const} */ ('fields'), type: 'biodata', fields, raw: Buffer.alloc(0) }
}
