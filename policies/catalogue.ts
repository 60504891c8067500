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

**What a preview takes away.** A policy inside Pulumi is not asked about what is deleted. Over \`pulumi preview --json --show-sames\` the pack sees it: an admission policy or a binding that goes,
a default-deny that goes from a namespace that stays. Without \`--show-sames\` the preview leaves out what stays as it is, so what seems to be missing is unverifiable there.

**Exceptions.** [policies/exceptions.ts](../policies/exceptions.ts): one resource, one rule, a reason and a last day. They are listed in every run.

**Settings.** [policies/settings.ts](../policies/settings.ts): the version of Kubernetes whose Pod Security controls apply, allowed registries and domains, the platform's namespaces.

**Remediation.** With \`ANNEX_POLICY_REMEDIATE=true\` Pulumi puts right what can be put right without a decision, before it judges: ${rules.filter(isRepairable).map(({ id }) => `\`${id}\``).join(', ')}.

**Pod Security.** The packs \`pss-baseline\` and \`pss-restricted\` say of a pod what the API server's own admission says, for every kind that makes pods; the tests ask a real API server
about generated pods. They agree with the upstream conformance data of every version from 1.0 to 1.37 too. Of a patch or a custom resource only what it sets is judged, since somebody else completes it. YAML is read as the Kubernetes tools read it, also where its standard wants lines deeper; a key that is there twice, an
object without a kind and a template that was not rendered are refused (exit code 2).

## In another project

The folder \`policies\` needs nothing else of this repository: copy it (not into a \`node_modules\`, where Node strips no types), install what it needs, and name it. Node is
22.18 or newer, for Pulumi too, since the pack is TypeScript as it is.

\`\`\`
cp -r annex/policies annex-policies && npm install --prefix annex-policies --ignore-scripts
pulumi preview --policy-pack annex-policies                                          # in the project
node annex-policies/cli.ts --pack pss-restricted --format json manifests/            # anywhere
\`\`\`

Say in \`settings.ts\` and \`exceptions.ts\` of the copy what holds for you. What is about annex's own hosts and placement (\`hosts-*\` of documents, \`tenancy-placement\`) finds nothing elsewhere.

## Where it differs from other policy engines

Run over the samples of Kyverno, Gatekeeper, Polaris, Kubescape, kube-linter, kube-score and kubesec, it says something else where
- they lag behind the Pod Security Standards: the SELinux type container_engine_t (1.31), and an unmasked /proc in a user namespace (1.35, baseline);
- they let through what the standards do not: ranges of host ports, hostPath by prefix or read-only, other capabilities than NET_BIND_SERVICE, sysctls by a list of their own, exempt images;
- they want more than a promise here: a digest beside a fixed tag, a processor limit, \`kubernetes.io/ingress.allow-http: "false"\`, a pod that needs the API and says so with a service account of its own;
- they want less: a load balancer without source ranges, a wildcard among verbs only, roles for \`system:authenticated\` that only read, a level of Pod Security that is only warned of;
- they know the custom resources of one product: here a custom resource is judged where it has a list of containers (\`containers\`, \`initContainers\`, \`ephemeralContainers\`), not where it has a \`container\` (Argo Workflows) or \`steps\` (Tekton);
- they look at the cluster: Ingress hosts are compared between namespaces of what is given, and network policies are asked of a Namespace that is given. Cilium's and Calico's policies are not counted.`
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
