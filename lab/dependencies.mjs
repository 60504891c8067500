// Says "fit" when node_modules holds what package-lock.json asks for. Runs on any Node, before anything is installed.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {})
const wanted = read('package-lock.json')
const installed = read('node_modules/.package-lock.json')
const fits = ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version

/** `npm rebuild node` has put the binary in its place. */
function nodeWorks() {
  try {
    return execFileSync('node_modules/.bin/node', ['--version'], { encoding: 'utf8' }).trim() === `v${wanted['node_modules/node'].version}`
  } catch {
    return false
  }
}

console.log(Object.entries(wanted).every(fits) && nodeWorks() ? 'fit' : 'install')
