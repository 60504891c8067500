/** An attack on a tenant, as plain data: what is tried through kubectl, and what must come of it. */

export interface Attack {
  /** Stable and unique, like `MTB-PL1-BC-HI-3/host-port`. The part before the slash is the benchmark's where it has one. */
  id: string
  title: string
  /** What stands in its way, see `weakenings.ts`: without that the attack succeeds. Self-service has one as well: without it the tenant may do nothing. */
  control: string
  /** kubectl's arguments. `{namespace}` and the other words of `Target` are filled in, here and in `input`. */
  command: string[]
  /** An object on standard input. */
  input?: object
  /** `refused` for attacks; `allowed` for what a tenant must be able to do by itself. */
  expected: 'refused' | 'allowed'
  /** Regular expression that a refusal matches, so that a mistake of ours is not taken for one. */
  refusal: string
  /** For a command that succeeds either way: the attack has failed where its output holds all of these words. */
  harmlessWith?: readonly string[]
  /** Option of the tenant that allows it on purpose. */
  openedBy?: 'exec'
  /** Kind (as kubectl names it, like httproutes.gateway.networking.k8s.io) that the cluster may lack; without it there is nothing to attack. */
  requires?: string
}

/** Whom an attack is aimed at, and as whom. */
export interface Target {
  /** Arguments that make kubectl speak as the attacker, like `--as` and `--as-group`, or `--kubeconfig`. */
  credentials: string[]
  words: Words
}

/** What the words in braces stand for. */
export interface Words {
  namespace: string
  /** A namespace of another tenant. */
  other: string
  /** An image that the tenant may run, one from a registry of which it has the credentials, and one from elsewhere. */
  image: string
  privateImage: string
  strangeImage: string
  /** A name that the tenant may publish, and one of somebody else. */
  host: string
  strangeHost: string
  /** More than one pod, or one claim, may have. */
  tooMuchCpu: string
  tooMuchStorage: string
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** `unclear` is neither: the command failed for another reason than the control. */
export type Outcome = 'done' | 'refused' | 'unclear'

/** What came of an attack. */
export function outcome({ refusal, harmlessWith }: Attack, { code, stdout, stderr }: Ran): Outcome {
  if (code === 0) return harmlessWith?.every((word) => stdout.includes(word)) ? 'refused' : 'done'
  return new RegExp(refusal).test(`${stdout}${stderr}`) ? 'refused' : 'unclear'
}

export type Kubectl = (args: string[], input?: string) => Promise<Ran>

/** Tries an attack. @returns what came of it, and the command with its answer for people */
export async function attempt(kubectl: Kubectl, attack: Attack, target: Target): Promise<{ outcome: Outcome; command: string; ran: Ran }> {
  const args = [...target.credentials, ...filled(attack.command, target.words)]
  const ran = await kubectl(args, attack.input && JSON.stringify(filled(attack.input, target.words)))
  return { outcome: outcome(attack, ran), command: `kubectl ${args.join(' ')}`, ran }
}

/** The same data with its words filled in. */
export function filled<T>(data: T, words: Words): T {
  return JSON.parse(JSON.stringify(data).replace(/\{(\w+)\}/g, (all, word: string) => (Object.hasOwn(words, word) ? words[word as keyof Words] : all)))
}
