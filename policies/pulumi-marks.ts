/** Marks of Pulumi's own format (sdk/go/common/resource/plugin/rpc.go): values that are not known yet, by the type that they will have. */
export const UNKNOWNS: ReadonlySet<string> = new Set([
  '04da6b54-80e4-46f7-96ec-b56ff0331ba9', // text
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7', // truth value
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421', // number
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2', // list
  '030794c1-ac77-496b-92df-f27374a8bd58', // asset
  'e48ece36-62e2-4504-bad9-02848725956a', // archive
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff', // object
])

/** Characters of each of them. */
export const MARK_LENGTH = 36

/** Key that marks a special value, and the mark of a secret. */
export const SIGNATURE = '4dabf18193072939515e22adb298388d'
export const SECRET = '1b47061264138c4ac30d75fd1eb44270'
