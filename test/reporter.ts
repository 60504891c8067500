import Mocha from 'mocha'

/**
 * Mocha's spec output, then what was left out by name, and one closing line that CI reads:
 * `N passed, N failed`, with `, N skipped` when tests were left out.
 */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const skipped: string[] = []
    runner.on('pending', (test: Mocha.Test) => skipped.push(test.fullTitle()))
    // Registered after the spec reporter's own, so that the closing line is the last.
    runner.once('end', () => {
      if (skipped.length > 0) console.log(`Left out:\n${skipped.map((title) => `  ${title}`).join('\n')}\n`)
      console.log(closingLine(this.stats.passes, this.stats.failures, skipped.length))
    })
  }
}

function closingLine(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}
