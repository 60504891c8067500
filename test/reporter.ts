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
    runner.on('pending', (test: Mocha.Test) => skipped.push(test.fullTitle()))
    // Registered after the spec reporter's own, so that the closing line is the last.
    runner.once('end', () => {
      if (skipped.length > 0) console.log(`Left out:\n${skipped.map((title) => `  ${title}`).join('\n')}\n`)
      const counts = { passed: this.stats.passes, failed: this.stats.failures, skipped: skipped.length }
      const file = process.env['ANNEX_TEST_COUNTS']
      if (file === undefined) console.log(closingLine(counts))
      else writeFileSync(file, JSON.stringify(counts))
    })
  }
}
