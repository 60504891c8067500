import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'
import { closingLine } from '../lab/counts.ts'

/**
 * Mocha's spec output, then what was left out by name, and one closing line. Where $ANNEX_TEST_COUNTS names a file, the numbers go there instead.
 */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const skipped: string[] = []
    const failures: string[] = []
    runner.on('pending', (test: Mocha.Test) => skipped.push(test.fullTitle()))
    runner.on('fail', (test: Mocha.Test, error: unknown) => failures.push(`${test.fullTitle()}\n${firstLines(error)}`))
    // Registered after the spec reporter's own, so that the closing line is the last.
    runner.once('end', () => {
      if (skipped.length > 0) console.log(`Left out:\n${skipped.map((title) => `  ${title}`).join('\n')}\n`)
      const counts = { passed: this.stats.passes, failed: this.stats.failures, skipped: skipped.length, failures }
      const file = process.env['ANNEX_TEST_COUNTS']
      if (file === undefined) console.log(closingLine(counts))
      else writeFileSync(file, JSON.stringify(counts))
    })
  }
}

function firstLines(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n').slice(0, 6).map((line) => `    ${line.slice(0, 300)}`).join('\n')
}
