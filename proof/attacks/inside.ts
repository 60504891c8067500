/** Attacks that a pod makes itself, as plain data. The same script runs in the tenant's pod and in that of the unprotected namespace. */

interface Made {
  id: string
  title: string
  control: string
  /** Shell script; exit code 0 means that the attack succeeded. Words of `Places` in braces are filled in. */
  script: string
  /** Regular expression that the failure matches. */
  refusal: string
  expected: 'refused'
  unbounded?: string
  mayBeAbsent?: string
}

/** Run in a pod that is there already, by kubectl exec. */
export interface ExecAttack extends Made {
  /** `attacker`; `outsider`: the pod in the unprotected namespace, whomever it is aimed at; `application`: the test application, for its volume. */
  from?: 'outsider' | 'application'
  /** Most seconds that it may take. Default: 10. */
  seconds?: number
  /** It needs the node for itself: it measures. */
  alone?: boolean
}

/** A pod of its own, because its end is what shows the control. */
export interface PodAttack extends Made {
  pod: string
  /** `exit`: the pod's own end counts. `outlive`: it does its deed and stays; it succeeded where it is still there when the tenant's was ended, or after `seconds`. */
  until: 'exit' | 'outlive'
  seconds: number
  /** Of its only container. Left out: what the namespace gives to one that says nothing. */
  resources?: object
}

/** What the words in braces stand for; a word that is left out has no meaning in this cluster, for the reason given in `absent`. */
export interface Places {
  words: Record<string, string>
  absent: Record<string, string>
}

/** Fills the words in. @returns the reason instead where one of them is absent */
export function placed(script: string, { words, absent }: Places): { script: string } | { reason: string } {
  const missing = [...script.matchAll(/\{(\w+)\}/g)].map(([, word]) => word!).find((word) => !Object.hasOwn(words, word))
  if (missing !== undefined) return { reason: absent[missing] ?? `nothing is known of ${missing}` }
  return { script: script.replace(/\{(\w+)\}/g, (_, word: string) => words[word]!) }
}
