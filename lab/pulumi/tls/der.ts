/**
 * As much of DER (X.690) as certificates and requests need.
 */

export function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, ...parts)
}

export function set(...parts: Buffer[]): Buffer {
  return element(0x31, ...parts)
}

/** Tag `[n]`, constructed. */
export function tagged(n: number, ...parts: Buffer[]): Buffer {
  return element(0xa0 + n, ...parts)
}

/** Tag `[n]` in place of the value's own. */
export function implicit(n: number, value: Buffer): Buffer {
  return element(0x80 + n, value)
}

/** @param bytes unsigned, big endian */
export function integer(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0)
  const short = start === -1 ? Buffer.from([0]) : bytes.subarray(start)
  return element(0x02, ...(short[0]! & 0x80 ? [Buffer.from([0])] : []), short)
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0]))
}

export const nothing = Buffer.from([0x05, 0x00])

export function octets(bytes: Buffer): Buffer {
  return element(0x04, bytes)
}

/** @param unused how many bits at the end do not count */
export function bits(bytes: Buffer, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), bytes)
}

export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** PrintableString where the characters allow it, else UTF8String. */
export function text(value: string): Buffer {
  return element(/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) ? 0x13 : 0x0c, Buffer.from(value))
}

export function ia5(value: string): Buffer {
  return element(0x16, Buffer.from(value))
}

/** UTCTime until 2049, GeneralizedTime after it. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}

export interface Element {
  tag: number
  content: Buffer
  /** With tag and length. */
  whole: Buffer
}

/** The elements of a sequence, set or tagged value. @throws when they do not fill it exactly */
export function children({ content }: Element): Element[] {
  const found: Element[] = []
  for (let rest = content; rest.length > 0; rest = rest.subarray(found.at(-1)!.whole.length)) found.push(read(rest))
  return found
}

/** The first element. @throws when it is cut */
export function read(bytes: Buffer): Element {
  const tag = bytes[0]
  const first = bytes[1]
  if (tag === undefined || first === undefined) throw new Error('the DER is cut')
  const count = first & 0x80 ? first & 0x7f : 0
  const length = count ? bytes.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0) : first
  const start = 2 + count
  if (bytes.length < start + length) throw new Error('the DER is cut')
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) }
}

export function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** @throws when there is no such block */
export function fromPem(label: string, pem: string): Buffer {
  const match = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`).exec(pem)
  if (!match) throw new Error(`no ${label} block was found in the PEM`)
  return Buffer.from(match[1]!, 'base64')
}

function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function base128(value: number): number[] {
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80)
  return digits
}
