/** What is made of measurements. */

/** The slope of log(seconds) over log(size), by least squares: 1 where twice as much takes twice as long. At least two sizes. */
export function growthExponent(measured: { size: number; seconds: number }[]): number {
  const points = measured.map(({ size, seconds }) => ({ x: Math.log(size), y: Math.log(seconds) }))
  const mean = (of: 'x' | 'y') => points.reduce((sum, point) => sum + point[of], 0) / points.length
  const [x, y] = [mean('x'), mean('y')]
  return points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
