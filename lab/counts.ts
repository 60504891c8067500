/** How many tests of a run did what. */
export interface Counts { passed: number; failed: number; skipped: number }

/** The line that CI reads: `N passed, N failed`, with `, N skipped` when tests were left out. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}
