/** How many tests of a run did what, and the failed ones: their titles, and the first lines of why. */
export interface Counts { passed: number; failed: number; skipped: number; failures?: string[] }

/** The line that CI reads: `N passed, N failed`, with `, N skipped` when tests were left out. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}
