// The addresses of views: what a hash asks for, and how to link to it.

// What the path of a view names.
const SUBJECTS = { terminal: ['sn'], command: ['sn', 'id'], person: ['pin'], sending: ['id'] }
const subjectsOf = (name) => (Object.hasOwn(SUBJECTS, name) ? SUBJECTS[name] : [])

/** The view that a hash asks for: `#/terminal/SN?tab=replies`. */
export function routeIn(hash) {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [first = '', ...subjects] = path.split('/').map(decoded)
  const name = first || 'terminals'
  const params = new URLSearchParams(query)
  for (const [index, member] of subjectsOf(name).entries()) {
    if (subjects[index] !== undefined) params.set(member, subjects[index])
  }
  return { name, params }
}

function decoded(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** What the server is asked for. */
export function queryOf({ name, params }) {
  const query = new URLSearchParams(params)
  for (const [key, value] of params) if (value === '') query.delete(key)
  query.set('view', name)
  query.sort()
  return query.toString()
}

/**
 * Identifies a view's subject: while it stays the same, old data is shown until new data arrives.
 */
export function keyOf({ name, params }) {
  return JSON.stringify([name, ...[...subjectsOf(name), 'tab'].map((member) => params.get(member))])
}

/** The address of a view with other parameters. Unless they say otherwise, it is the first page. */
export function linkOf({ name, params }, changes) {
  const query = new URLSearchParams(params)
  query.delete('after')
  for (const [key, value] of Object.entries(changes)) {
    if (value === '' || value === undefined) query.delete(key)
    else query.set(key, value)
  }
  const parts = [name, ...subjectsOf(name).map((member) => query.get(member) ?? '')]
  for (const member of subjectsOf(name)) query.delete(member)
  const search = query.toString()
  return `#/${parts.map(encodeURIComponent).join('/')}${search && `?${search}`}`
}
