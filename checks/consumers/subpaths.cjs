// Requires the subpaths of its arguments and prints the words of each.
const words = {}
for (const name of process.argv.slice(2)) words[name] = Object.keys(require(name)).sort()
console.log(JSON.stringify(words))
