/** Words for a secret wherever they stand; the first one also at the end of another, as in PGPASSWORD. */
const [ANYHOW, ALWAYS] = ['passw(?:or)?d', 'pass_?phrase|pwd|secret|token|(?:api|access|private|secret|signing|encryption)_?key']
/** Words for one in a variable; in a file they are a section, the name of an object, or a number. */
const IN_VARIABLES = 'pass(?:word|wd|phrase)?s?|secrets|jwt|bearer|credentials?|(?:ssh|account|batch|storage|enc|master|crypto|hmac)_?key|erlang_cookie|bind_pw|(?:rediscli|basic)_auth'

const NAME = new RegExp(`(?:${ANYHOW}|(?:^|_)(?:${ALWAYS}|${IN_VARIABLES}))(?:_|$)|(?:^|_)(?<!public_)key_(?:content|data|pem)$`, 'i')
/** Where a secret is read from, how long it lives and the like is none; a file is judged by what is in it. */
const ABOUT = /_(file|path|dir|directory|folder|name|names|ref|url|uri|endpoint|host|port|ttl|exp|expiry|expires|expires_in|expiration|lifetime|lifespan|timeout|seconds|minutes|hours|days|age|interval|length|size|limit|count|min|max|type|kind|format|alg|algorithm|encryption|round|role|issuer|aud|audience|enabled|disabled|required|policy|provider|backend|store|version|prefix|header|field|namespace|mount|class|id|user|username|cmd|command|ya?ml|json|conf|cfg|cnf|ini|properties|toml|xml|sh|py|js|lua|txt|md|tpl|html|sql)s?$|initial_cluster_token$/i

/** Names of variables under which secrets are kept. */
export function isSecretVariable(name: unknown): boolean {
  if (typeof name !== 'string') return false
  const words = wordsOf(name)
  return NAME.test(words) && !ABOUT.test(words)
}

const SETTING = new RegExp(`(?:${ANYHOW}|(?:^|_)(?:${ALWAYS}))$`, 'i')

/** Says which Secret it is, or which key of one; the last only tells clusters apart. */
const WHICH = /existing|(?:password|token|user|username|id|account|key)_secret(?:_key)?$|initial_cluster_token$/i
const OBJECT = /(?:^|_)(?<!client_)secret(?:_key)?$/i
/** Names of objects are words in lower case with hyphens between them; keys of a Secret are often called so. */
const OBJECT_NAME = /^(?:[a-z]+\d{0,2}(?:[-.][a-z]+\d{0,2})+|password|username|token)$/

/** Whether a setting in a file is a secret by its name, and its value not just the name of a Secret. */
export function isSecretSetting(name: string, value: string): boolean {
  const words = wordsOf(name)
  return SETTING.test(words) && !WHICH.test(words) && !(OBJECT.test(words) && OBJECT_NAME.test(value))
}

function wordsOf(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/[-.]/g, '_')
}

const REFERENCE = /^(?:\$\([^()]*\)|\$\{(?![^{}]*:[-=])[^{}]*\}|\{\{[^{}]*\}\})$/
const PATH = /^\/(?:app|aws|certs?|config|credentials|data|etc|home|keys|mnt|opt|pki|private|root|run|secrets?|srv|ssl|tls|tmp|tokens?|usr|var|vault|workspace)(?:\/[\w.@%+-]+)+\/?$/
const SWITCH = /^(?:|true|false|yes|no|on|off)$/i

/** What stands where a secret could, and is none: nothing, a switch, a reference to what is kept elsewhere, the path of a file. */
export function isNoSecret(text: string): boolean {
  return SWITCH.test(text) || REFERENCE.test(text) || PATH.test(text) || (text.startsWith('{') && holdsNone(text))
}

/** A mapping in JSON, each of whose values is none. */
function holdsNone(text: string): boolean {
  try {
    const values = Object.values(JSON.parse(text) as object)
    return values.length > 0 && values.every((value) => typeof value === 'string' && (SWITCH.test(value) || REFERENCE.test(value) || PATH.test(value)))
  } catch {
    return false
  }
}

/** What is a secret by the look of it: of AWS, GitHub, GitLab, Slack, Google, Stripe, a JSON Web Token, a bearer, a password in an address. */
const SECRET = /\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{36}|\bgithub_pat_\w{22}|\bglpat-[\w-]{20}|\bxox[abeprs]-[0-9A-Za-z-]{10}|\bAIza[\w-]{35}|\b[rs]k_live_\w{16}|\beyJ[\w-]{8,500}\.eyJ[\w-]{8}|^([Bb]earer|BEARER) [\w.~+/-]{8,2000}=*$|:\/\/[^\s/:@$]{0,64}:[^\s/@${}<>]{1,128}@/

export function looksSecret(text: string): boolean {
  return SECRET.test(text)
}
