/**
 * Conditions that the user asks for with the annotation `pulumi.com/waitFor`.
 */
import type { KubernetesObject } from '../objects.ts'
import { conditions, type Rule } from './rule.ts'

/**
 * @param annotation `jsonpath={.path}=value`, `jsonpath={.path}`, `condition=Type` or `condition=Type=Status`, or a JSON array of these
 * @throws with what is wrong in it
 */
export function waitForRule(annotation: string): Rule {
  const tests = expressions(annotation).map(parse)
  return {
    related: [],
    atRead: false,
    timedOut: () => 'timed out waiting for the condition',
    judge({ object }) {
      const open = tests.filter(({ matches }) => !matches(object))
      return { ready: open.length === 0, status: open.map(({ text }) => ({ severity: 'info', message: `Waiting for ${text}` })) }
    },
  }
}

interface Test {
  text: string
  matches(object: KubernetesObject): boolean
}

function expressions(annotation: string): string[] {
  try {
    const list: unknown = JSON.parse(annotation)
    if (Array.isArray(list)) {
      if (list.length === 0) throw new RangeError('at least one condition must be specified')
      return list.map(String)
    }
  } catch (error) {
    if (error instanceof RangeError) throw error
  }
  return [annotation]
}

function parse(expression: string): Test {
  if (expression.startsWith('condition=')) return conditionTest(expression.slice('condition='.length))
  if (expression.startsWith('jsonpath=')) return pathTest(expression.slice('jsonpath='.length))
  throw new Error(`expected a "jsonpath=" or "condition=" prefix, got "${expression}"`)
}

function conditionTest(expression: string): Test {
  const [type = '', wanted = 'True'] = expression.split('=')
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  return {
    text: expression,
    matches(object) {
      const found = conditions(object).find((candidate) => same(candidate.type, type)) as { status: string; observedGeneration?: number } | undefined
      const observed = found?.observedGeneration ?? object.status?.observedGeneration
      if (observed !== undefined && observed < (object.metadata?.generation ?? 0)) return false
      return found !== undefined && same(found.status, wanted)
    },
  }
}

function pathTest(expression: string): Test {
  const match = /^\{\s*(\$?\..*?)\s*\}(?:=(.+))?$/.exec(expression)
  if (!match) throw new Error(`${expression} should be wrapped in brackets { ... }, as in {.status.phase}=Running`)
  const steps = parsePath(match[1]!, expression)
  const wanted = match[2]
  return {
    text: expression,
    matches(object) {
      const observed = object.status?.observedGeneration
      if (observed !== undefined && observed < (object.metadata?.generation ?? 0)) return false
      const found = steps.reduce<any[]>((values, step) => values.flatMap(step), [object])
      return wanted === undefined ? found.length > 0 : found.some((value) => String(value) === wanted)
    },
  }
}

/** Names, indexes, `[*]` and `[?(@.key=="value")]`: one function a step, from a value to the values below it. */
function parsePath(path: string, expression: string): ((value: any) => any[])[] {
  const token = /\.([\w-]+)|\['([^']+)'\]|\[(\d+)\]|\[(\*)\]|\[\?\(@\.([\w.-]+)\s*==\s*["']([^"']*)["']\)\]/y
  const steps: ((value: any) => any[])[] = []
  token.lastIndex = path.startsWith('$') ? 1 : 0
  while (token.lastIndex < path.length) {
    const match = token.exec(path)
    if (!match) throw new Error(`the lab's stand-in for pulumi-resource-kubernetes does not cover the JSONPath ${expression}: it knows names, [index], [*] and [?(@.key=="value")]`)
    const [, name, quoted, index, every, filter, wanted] = match
    const key = name ?? quoted
    if (key !== undefined) steps.push((value) => (value?.[key] === undefined ? [] : [value[key]]))
    else if (index !== undefined) steps.push((value) => (value?.[Number(index)] === undefined ? [] : [value[Number(index)]]))
    else if (every) steps.push((value) => (Array.isArray(value) ? value : Object.values(value ?? {})))
    else steps.push((value) => (value ?? []).filter((item: any) => String(filter!.split('.').reduce((inner, part) => inner?.[part], item)) === wanted))
  }
  return steps
}
