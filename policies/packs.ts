import type { Frameworks, Rule } from './rule.ts'
import { rules } from './rules/index.ts'
import type { Settings } from './settings.ts'

/** `mandatory` stops a stack, `advisory` is only told. */
export type Level = 'mandatory' | 'advisory'

/** A rule as a pack has it. */
export interface ActiveRule {
  rule: Rule
  level: Level
  /** The promise in the pack's words. */
  title: string
}

/** A choice of rules, with their levels and the words for them. */
export interface Pack {
  name: string
  /** What it is for, as a sentence. */
  about: string
  /** Undefined: the rule is not in the pack. */
  level(rule: Rule): Level | undefined
  /** How the pack calls the rule. */
  title(rule: Rule): string
}

export const packs: readonly Pack[] = [
  {
    name: 'recommended',
    about: 'What every annex stack keeps to: what lets somebody out of a tenant or into a host stops the stack, the rest is told.',
    level: (rule) => {
      if (rule.frameworks.pss?.[0] === 'restricted') return 'advisory'
      return rule.severity === 'critical' || rule.severity === 'high' ? 'mandatory' : 'advisory'
    },
    title: ({ title }) => title,
  },
  { name: 'strict', about: 'Every rule, and each one stops the stack.', level: () => 'mandatory', title: ({ title }) => title },
  {
    name: 'pss-baseline',
    about: 'The level baseline of the Pod Security Standards, exactly as the API server enforces it.',
    level: ({ frameworks: { pss } }) => (pss?.[0] === 'baseline' ? 'mandatory' : undefined),
    title: (rule) => `Pod Security baseline, ${rule.frameworks.pss?.[1]}: ${rule.title}`,
  },
  {
    name: 'pss-restricted',
    about: 'The level restricted of the Pod Security Standards, exactly as the API server enforces it.',
    level: ({ frameworks: { pss } }) => (pss === undefined ? undefined : 'mandatory'),
    title: (rule) => `Pod Security restricted, ${rule.frameworks.pss?.[1]}: ${rule.title}`,
  },
  framework('cis', 'CIS', 'What the CIS Kubernetes Benchmark says of workloads, access and worker nodes.'),
  framework('nsa', 'NSA', 'What the NSA/CISA Kubernetes Hardening Guidance says.'),
  framework('mtb', 'MTB', 'What the Kubernetes Multi-Tenancy Benchmarks check in a tenant\'s namespace.'),
]

function framework(name: 'cis' | 'nsa' | 'mtb', label: string, about: string): Pack {
  const places = (frameworks: Frameworks) => frameworks[name]?.join(', ')
  return {
    name,
    about,
    level: ({ frameworks }) => (frameworks[name] === undefined ? undefined : 'mandatory'),
    title: ({ frameworks, title }) => `${label} ${places(frameworks)}: ${title}`,
  }
}

/** @throws Error that names the packs there are. */
export function packNamed(name: string): Pack {
  const pack = packs.find((it) => it.name === name)
  if (pack === undefined) throw new Error(`There is no pack "${name}"; there are ${packs.map((it) => it.name).join(', ')}.`)
  return pack
}

/**
 * The rules of a pack that are in force for a version of Kubernetes. A rule that another one replaces is left out where that
 * one is in force at the same level or a higher one, as the API server does it.
 */
export function rulesOf(pack: Pack, { kubernetesMinor }: Pick<Settings, 'kubernetesMinor'>): ActiveRule[] {
  const active = rules.flatMap((rule) => {
    const level = (rule.since ?? 0) <= kubernetesMinor ? pack.level(rule) : undefined
    return level === undefined ? [] : [{ rule, level, title: pack.title(rule) }]
  })
  return active.filter(({ rule, level }) => !active.some((other) => other.rule.replaces === rule.id && (other.level === level || other.level === 'mandatory')))
}
