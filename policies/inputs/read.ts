import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Resource } from '../rule.ts'
import { isPulumi, readPulumi } from './pulumi.ts'
import { readManifests, Unreadable } from './manifests.ts'
import { decoded } from './text.ts'

/** What was read of some inputs, and what could not be read. */
export interface Read {
  /** Resources as they are to become: manifests, and the inputs of a stack's resources. */
  resources: Resource[]
  /** What providers answered, where a state file says so. */
  outputs: Resource[]
  /** What previews say besides. */
  changes: { removed: Resource[]; partial: boolean }
  /** One sentence each; none shows a part of the file. */
  errors: string[]
}

const STDIN = '-'
const MANIFEST = /\.(ya?ml|json)$/i

/**
 * Reads YAML and JSON manifests, saved states (`pulumi stack export`) and previews (`pulumi preview --json`); what a file is, is seen from
 * its content.
 * @param paths files, folders (every .yaml, .yml and .json below), or "-" for standard input
 * @param resolve where a path really is
 */
export function readInputs(paths: readonly string[], resolve: (path: string) => string): Read {
  const read: Read = { resources: [], outputs: [], changes: { removed: [], partial: false }, errors: [] }
  for (const path of paths) {
    try {
      for (const file of filesAt(path, resolve)) readInto(read, file, path === STDIN ? 0 : resolve(file))
    } catch (error) {
      read.errors.push(`${path}: ${reason(error)}`)
    }
  }
  return read
}

function readInto(read: Read, name: string, source: string | 0): void {
  try {
    const text = decoded(readFileSync(source))
    if (text === undefined) throw new Unreadable('is no text in UTF-8')
    const json = /^\s*[{[]/.test(text) ? parsedJson(text) : undefined
    if (isPulumi(json)) {
      const { resources, outputs, removed, partial, failed } = readPulumi(json)
      if (failed) read.errors.push(`${name}: this preview ended in an error, so not all of the stack is in it`)
      read.resources = read.resources.concat(resources)
      read.outputs = read.outputs.concat(outputs)
      read.changes = { removed: read.changes.removed.concat(removed), partial: read.changes.partial || partial }
    } else {
      if (json !== undefined && repeatsAKey(text, json)) throw new Unreadable('an object in it has a key twice')
      // One by one: a spread of a hundred thousand arguments exhausts the stack.
      for (const resource of readManifests(text, name, json)) read.resources.push(resource)
    }
  } catch (error) {
    read.errors.push(`${name}: ${reason(error)}`)
  }
}

function filesAt(path: string, resolve: (path: string) => string): string[] {
  if (path === STDIN) return ['(standard input)']
  if (!existsSync(resolve(path))) throw new Unreadable('there is no such file')
  if (!statSync(resolve(path)).isDirectory()) return [path]
  const below = readdirSync(resolve(path), { recursive: true, withFileTypes: true })
  // Mounted ConfigMaps consist of links; one that leads nowhere is told when it is read.
  const isFile = (entry: Dirent) => entry.isFile() || (entry.isSymbolicLink() && statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.isDirectory() !== true)
  const files = below.filter((entry) => MANIFEST.test(entry.name) && isFile(entry)).map((entry) => join(path, entry.parentPath.slice(resolve(path).length), entry.name))
  if (files.length === 0) throw new Unreadable('there is no .yaml, .yml or .json file in this folder')
  return files.sort()
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Flow style of YAML, or neither: the YAML parser says where.
    return undefined
  }
}

const COLON = /\s*:/y

/** The place of the quote that closes the string which begins at another. */
function endOfString(text: string, start: number): number {
  let end = start
  let escapes = 0
  do {
    end = text.indexOf('"', end + 1)
    for (escapes = 0; text[end - 1 - escapes] === '\\'; ) escapes++
  } while (escapes % 2 === 1)
  return end
}

/** JSON.parse keeps the last of two values; other readers, and people, may take the first. More keys are written then than are read. */
function repeatsAKey(text: string, json: unknown): boolean {
  let written = 0
  for (let start = text.indexOf('"'); start !== -1; ) {
    const end = endOfString(text, start)
    COLON.lastIndex = end + 1
    if (COLON.test(text)) written++
    start = text.indexOf('"', end + 1)
  }
  let read = 0
  const open = [json]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue
    const values = Object.values(next)
    if (!Array.isArray(next)) read += values.length
    for (const value of values) if (typeof value === 'object' && value !== null) open.push(value)
  }
  return written !== read
}

/** Errors of parsers and of the system may quote the file; only ours are shown. */
function reason(error: unknown): string {
  if (error instanceof Unreadable) return error.message
  const code = (error as NodeJS.ErrnoException).code
  return code === undefined ? 'cannot be read' : `cannot be read (${code})`
}
