import type { Finding } from '../evaluate.ts'
import type { ActiveRule, Pack } from '../packs.ts'

/** What a run over some inputs came to. */
export interface Report {
  pack: Pack
  /** The rules that were asked. */
  rules: readonly ActiveRule[]
  kubernetesMinor: number
  /** How many resources were looked at. */
  resources: number
  findings: readonly Finding[]
  /** Inputs that could not be read. */
  errors: readonly string[]
}

/** Findings with this verdict. */
export function having(verdict: Finding['verdict'], { findings }: Report): Finding[] {
  return findings.filter((finding) => finding.verdict === verdict)
}

/** File and line, where the resource came from a file of manifests. */
export function placeOf({ resource: { origin }, steps }: Finding): { file: string; line: number } | undefined {
  return origin !== undefined && 'file' in origin ? { file: origin.file, line: origin.line(steps) } : undefined
}
