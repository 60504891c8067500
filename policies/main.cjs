// Node before 22.18 cannot read the rules, and would say so in a hundred lines.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  // Not thrown: an uncaught error under the SDK takes the better part of a minute to print.
  console.error(`These policies need Node 22.18 or newer; the first "node" on the PATH of this pulumi is ${process.version}. Put a newer one before it.`)
  process.exit(1)
}
require('./main.js')
