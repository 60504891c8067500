/** docs/policies.md, made from the rules: `node_modules/.bin/node policies/catalogue.ts >docs/policies.md`. */
import { packs, rulesOf } from './packs.ts'
import type { Frameworks, Rule } from './rule.ts'
import { rules } from './rules/index.ts'
import { settings } from './settings.ts'

/** The page, as Markdown. */
export function catalogue(): string {
  const areas = [...new Set(rules.map(areaOf))]
  return [introduction(), packTable(), `## Rules\n\n${rules.length} rules. "Both" and "stack" say what a rule looks at besides the inputs of one resource.`, ...areas.map(area)].join('\n\n') + '\n'
}

function introduction(): string {
  return `# Policies

<!-- Made by policies/catalogue.ts; a test fails when it is stale. Change the rules, then: node_modules/.bin/node policies/catalogue.ts >docs/policies.md -->

A pack of rules about everything that annex exists for. It runs

- in \`pulumi preview\` and \`pulumi up\`: \`--policy-pack policies\`, with the pack \`recommended\`, or the one that \`ANNEX_POLICY_PACK\` names;
- over plain Kubernetes manifests, a saved state (\`pulumi stack export\`) or a preview (\`pulumi preview --json\`), with neither a cluster nor a
  Pulumi login: \`npm run -s policies -- --pack pss-restricted --format json FILE...\` (\`--help\` tells the rest). It exits with 0 where there is no finding, 1 where there are
  some, mandatory or advisory, and 2 for bad usage or an input that it cannot read. Formats: for people, \`json\`, \`sarif\` (2.1.0), \`junit\`.

**Findings.** Each names the resource, the path of the field, the value unless it may be a secret, and the fix. A *mandatory* one stops the stack, an *advisory* one is told.

**Unverifiable.** A value that the preview does not know, or pods that Helm makes, cannot be judged: that is told, and is no finding; the rule looks again in the update.

**Exceptions.** [policies/exceptions.ts](../policies/exceptions.ts): one resource, one rule, a reason and a last day. They are listed in every run.

**Settings.** [policies/settings.ts](../policies/settings.ts): the version of Kubernetes whose Pod Security controls apply, allowed registries and domains, the platform's namespaces.

**Remediation.** With \`ANNEX_POLICY_REMEDIATE=true\` Pulumi puts right what can be put right without a decision, before it judges: ${rules.filter(isRepairable).map(({ id }) => `\`${id}\``).join(', ')}.

**Pod Security.** The packs \`pss-baseline\` and \`pss-restricted\` say of a pod what the API server's own admission says, for every kind that makes pods; the tests ask a real API server
about generated pods. Of a patch or a custom resource only what it sets is judged, since somebody else completes it. YAML is read as the Kubernetes tools read it; a key that is there twice, an
object without a kind and a template that was not rendered are refused (exit code 2).`
}

function packTable(): string {
  const rows = packs.map((pack) => {
    const active = rulesOf(pack, settings)
    const mandatory = active.filter(({ level }) => level === 'mandatory').length
    return `| \`${pack.name}\` | ${pack.about} | ${mandatory} | ${active.length - mandatory} |`
  })
  return ['## Packs', '', '| pack | what for | mandatory | advisory |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function area(name: string): string {
  return [`### ${name}`, ...rules.filter((rule) => areaOf(rule) === name).map(entry)].join('\n\n')
}

function entry(rule: Rule): string {
  const { id, title, severity, why, fix, url, looksAt, since, replaces, frameworks } = rule
  const inPacks = packs.flatMap((pack) => {
    const level = rulesOf(pack, settings).find((active) => active.rule === rule)?.level
    return level === undefined ? [] : [`${pack.name} (${level})`]
  })
  const notes = [
    severity,
    ...(looksAt === 'inputs' ? [] : [looksAt]),
    ...(since === undefined ? [] : [`since Kubernetes 1.${since}`]),
    ...(replaces === undefined ? [] : [`takes the place of \`${replaces}\` where both are in force`]),
    ...(isRepairable(rule) ? ['can be put right by Pulumi'] : []),
  ]
  return [
    `#### ${id}`,
    '',
    `**${title}** ${why}`,
    '',
    `- Fix: ${fix}`,
    `- ${notes.join('; ')}`,
    `- Packs: ${inPacks.join(', ')}`,
    ...(Object.keys(frameworks).length === 0 ? [] : [`- From: ${sources(frameworks)}`]),
    `- <${url}>`,
  ].join('\n')
}

function sources({ pss, cis, nsa, mtb }: Frameworks): string {
  const named = [pss && `Pod Security Standards ${pss.join(', ')}`, cis && `CIS ${cis.join(', ')}`, nsa && `NSA ${nsa.join(', ')}`, mtb && `MTB ${mtb.join(', ')}`]
  return named.filter((it) => it !== undefined).join('; ')
}

function areaOf({ id }: Rule): string {
  return id.slice(0, id.indexOf('-'))
}

function isRepairable(rule: Rule): boolean {
  return rule.looksAt !== 'stack' && rule.repaired !== undefined
}

if (import.meta.main) process.stdout.write(catalogue())
