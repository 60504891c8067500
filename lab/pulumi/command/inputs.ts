/**
 * The inputs of a command: which there are, their defaults and which are secret.
 */
import type { CheckFailure, CheckResponse } from '../plugin/provider.ts'
import { isObject, isSecret, isUnknown, reveal, secret, type Properties, type Value } from '../plugin/values.ts'

export const LOCAL = 'command:local:Command'
export const REMOTE = 'command:remote:Command'

const LIFE_CYCLE = ['triggers', 'create', 'update', 'delete']
const INPUTS: { [type: string]: string[] } = {
  [LOCAL]: [...LIFE_CYCLE, 'stdin', 'logging', 'interpreter', 'dir', 'environment', 'addPreviousOutputInEnv'],
  [REMOTE]: [...LIFE_CYCLE, 'stdin', 'logging', 'connection', 'environment', 'addPreviousOutputInEnv'],
}
const CONNECTION_DEFAULTS: Properties = { user: 'root', port: 22, dialErrorLimit: 10, perDialTimeout: 15 }
const CONNECTION_SECRETS = ['password', 'privateKey', 'privateKeyPassword']
const LOGGING = ['stdout', 'stderr', 'stdoutAndStderr', 'none']

/** The inputs with their defaults and secret marks, or what is wrong with them. */
export function checkCommand(type: string, news: Properties): CheckResponse {
  const known = INPUTS[type]
  if (!known) throw new Error(`the lab's stand-in for pulumi-resource-command does not cover ${type}: it has ${LOCAL} and ${REMOTE}`)
  const failures = faults(type, known, news)
  const inputs = { ...news }
  if (inputs.connection !== undefined) inputs.connection = secret(connection(inputs.connection))
  return { inputs, failures }
}

function faults(type: string, known: string[], news: Properties): CheckFailure[] {
  const failures: CheckFailure[] = []
  for (const property of Object.keys(news)) {
    if (!known.includes(property) && !property.startsWith('__')) {
      failures.push({
        property,
        reason: `the lab's stand-in for pulumi-resource-command does not cover this input; it has ${known.join(', ')}`,
      })
    }
  }
  const remote = reveal(news.connection)
  if (type === REMOTE && remote === undefined) failures.push({ property: 'connection', reason: "missing required field 'connection'" })
  if (isObject(remote) && remote.host === undefined) failures.push({ property: 'connection.host', reason: "missing required field 'host'" })
  const logging = reveal(news.logging)
  if (logging !== undefined && !isUnknown(logging) && !LOGGING.includes(String(logging))) {
    failures.push({ property: 'logging', reason: `${JSON.stringify(logging)} is none of ${LOGGING.join(', ')}` })
  }
  return failures
}

function connection(value: Value): Value {
  const plain = isSecret(value) ? value.value : value
  if (!isObject(plain)) return plain
  const filled: Properties = { ...CONNECTION_DEFAULTS, ...plain }
  for (const key of CONNECTION_SECRETS) if (filled[key] !== undefined) filled[key] = secret(filled[key])
  if (filled.proxy !== undefined) filled.proxy = connection(filled.proxy)
  return filled
}
