/**
 * The text of a file: UTF-8, or UTF-16 where it begins with its mark, as PowerShell writes it.
 * @returns undefined for what is neither
 */
export function decoded(bytes: Buffer): string | undefined {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
  try {
    return new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
