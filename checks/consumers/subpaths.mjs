// Imports the subpaths of its arguments and prints the words of each.
const words = {}
for (const name of process.argv.slice(2)) {
  const options = name.endsWith('.json') ? { with: { type: 'json' } } : undefined
  words[name] = Object.keys(await import(name, options)).filter((word) => word !== 'default')
}
console.log(JSON.stringify(words))
