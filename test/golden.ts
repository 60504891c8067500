import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Compares plain data with a file beside the tests. `UPDATE_GOLDENS=1 npm test` writes them anew; the difference is read in review.
 * @param file relative to `test/`
 */
export function matchesGolden(actual: unknown, file: string): void {
  const path = new URL(file, import.meta.url).pathname
  const text = `${JSON.stringify(actual, null, 2)}\n`
  if (process.env.UPDATE_GOLDENS) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  assert.equal(text, readFileSync(path, 'utf8'), `${file} differs; look at the difference, then UPDATE_GOLDENS=1 npm test`)
}
