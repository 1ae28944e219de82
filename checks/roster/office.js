// HR's office: it takes people on, and changes its mind about terminals.

/** @param {() => number} random */
export function openOffice(random) {
  const below = (/** @type {number} */ most) => Math.floor(random() * most)
  /** Every name that a person ever had. @type {Map<string, Set<string>>} */
  const namesOf = new Map()
  let persons = 0

  /** @param {string} pin @param {string} [person] */
  function employee(pin, person = `p${++persons}`) {
    const names = namesOf.get(person) ?? new Set()
    const name = `${person} v${names.size}`
    namesOf.set(person, names.add(name))
    return { pin, person, name }
  }

  /** HR changes its mind about a terminal. @param {import('./hr.js').Employee[]} wanted */
  function changeMind(wanted) {
    const place = below(wanted.length)
    const one = wanted[place]
    const what = random()
    if (one === undefined || what < 0.3) {
      const pin = `${1 + below(40)}`
      if (!wanted.some((other) => other.pin === pin)) wanted.push(employee(pin))
    } else if (what < 0.5) {
      // Where HR wants nobody, nobody is deleted.
      if (wanted.length > 1) wanted.splice(place, 1)
    } else if (what < 0.65) wanted[place] = employee(one.pin)
    else wanted[place] = employee(one.pin, one.person)
  }

  return { namesOf, employee, changeMind }
}
