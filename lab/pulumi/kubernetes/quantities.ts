/**
 * Kubernetes quantities in the one spelling that the API server gives them: 1024Mi is 1Gi, 0.5 is 500m.
 * Source: k8s.io/apimachinery/pkg/api/resource, Quantity.String.
 */

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const DECIMAL: { [suffix: string]: number } = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }

/** The canonical spelling; what is no quantity is given back as it is, for the API server to refuse. */
export function canonicalQuantity(value: unknown): unknown {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/.exec(String(value))
  if (!match || !(match[2] || match[3])) return value
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  const negative = sign === '-' ? '-' : ''
  if (looksCanonical(whole + fraction, fraction.length, suffix)) return String(value)
  // All arithmetic is on whole nano-units: nothing smaller is kept, and what is cut off is rounded up.
  if (BINARY.includes(suffix) && suffix !== '') {
    const nano = scale(BigInt(whole + fraction) * 1024n ** BigInt(BINARY.indexOf(suffix)), 9 - fraction.length)
    const units = nano / 10n ** 9n
    if (nano % 10n ** 9n === 0n && units >= 1024n) return negative + largest(units, BINARY, 1024n)
    return negative + decimal(nano)
  }
  if (/^[eE]./.test(suffix)) {
    const nano = scale(BigInt(whole + fraction), 9 - fraction.length + Number(suffix.slice(1)))
    const exponent = powerOf1000(nano)
    return `${negative}${nano / 10n ** BigInt(exponent + 9)}${exponent === 0 ? '' : `${suffix[0]}${exponent}`}`
  }
  return negative + decimal(scale(BigInt(whole + fraction), 9 - fraction.length + DECIMAL[suffix]!))
}

/** The API types keep the spelling where a short look finds nothing to change. */
function looksCanonical(digits: string, fraction: number, suffix: string): boolean {
  if (BINARY.includes(suffix) && suffix !== '') return fraction === 0 && BigInt(digits) % 8n !== 0n
  const exponent = /^[eE]./.test(suffix) ? Number(suffix.slice(1)) : DECIMAL[suffix]!
  const scale = exponent - fraction
  return scale % 3 === 0 && scale >= -9 && !digits.endsWith('000') && !digits.startsWith('0')
}

function decimal(nano: bigint): string {
  if (nano === 0n) return '0'
  const exponent = powerOf1000(nano)
  const suffix = Object.keys(DECIMAL).find((key) => DECIMAL[key] === exponent)!
  return `${nano / 10n ** BigInt(exponent + 9)}${suffix}`
}

/** The largest exponent, a multiple of three up to 18, that leaves no fraction. */
function powerOf1000(nano: bigint): number {
  let exponent = -9
  while (exponent < 18 && nano !== 0n && nano % 10n ** BigInt(exponent + 12) === 0n) exponent += 3
  return nano === 0n ? 0 : exponent
}

function largest(units: bigint, suffixes: string[], step: bigint): string {
  let i = 0
  while (i < suffixes.length - 1 && units % step === 0n && units !== 0n) {
    units /= step
    i++
  }
  return `${units}${suffixes[i]}`
}

function scale(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent)
  const divisor = 10n ** BigInt(-exponent)
  return (value + divisor - 1n) / divisor
}
