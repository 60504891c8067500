import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { parse } from 'yaml'
import { main } from '../../policies/cli.ts'
import { currentDay } from '../../policies/evaluate.ts'
import { exceptions } from '../../policies/exceptions.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

const good = `apiVersion: v1
kind: Pod
metadata: {name: good, namespace: a}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: app
      image: app:1
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`
const bad = good.replace('name: good', 'name: bad').replace('spec:\n', 'spec:\n  hostPID: true\n')
const indented = (text: string) => text.trimEnd().split('\n').join('\n    ')

describe('policies from the command line', function () {
  this.timeout(180_000)

  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'annex-policies-cli-'))
  })

  after(() => rmSync(folder, { recursive: true }))

  const run = (args: string[], options: { input?: string; env?: Record<string, string> } = {}) =>
    execa(process.execPath, [join(REPOSITORY, 'policies/cli.ts'), ...args], { cwd: folder, reject: false, stripFinalNewline: false, ...options })

  /** What the pack pss-restricted says of a text on standard input. */
  const check = async (input: string, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await run(['--pack', 'pss-restricted', '--format', 'json', ...args, '-'], { input })
    return { exitCode, stderr, stdout, report: stdout === '' ? undefined : JSON.parse(stdout) }
  }
  /** The same of a file, without a process of its own. */
  const checkFile = (text: string, ...args: string[]) => {
    const file = join(folder, 'input.yaml')
    writeFileSync(file, text)
    const written = { stdout: '', stderr: '' }
    const into = (stream: 'stdout' | 'stderr') => ({ write: (words: string) => { written[stream] += words } })
    const exitCode = main(['--pack', 'pss-restricted', '--format', 'json', ...args, file], into('stdout'), into('stderr'))
    return { exitCode, ...written, report: JSON.parse(written.stdout) }
  }
  const found = (input: string, ...args: string[]) => {
    const { exitCode, report } = checkFile(input, ...args)
    return [exitCode, ...report.findings.map((finding: any) => `${finding.resource} ${finding.rule} ${finding.line}`)]
  }

  it('prints one JSON object, and exits with 0 for what is clean', async () => {
    const { exitCode, report, stderr } = await check(good)
    assert.equal(stderr, '')
    assert.deepEqual([exitCode, report], [0, { pack: 'pss-restricted', kubernetes: 'v1.36', resources: 1, findings: [], unverifiable: [], exceptions: [], errors: [] }])
  })

  it('exits with 1 for findings, each with rule, level, resource, path, message and place', async () => {
    const { exitCode, report } = await check(bad)
    assert.equal(exitCode, 1)
    const [finding] = report.findings
    assert.deepEqual(
      [finding.rule, finding.level, finding.resource, finding.path, finding.file, finding.line],
      ['pods-host-namespaces', 'mandatory', 'kubernetes:core/v1:Pod::a/bad', 'spec.hostPID', '(standard input)', 5],
    )
    assert.match(finding.message, /^spec\.hostPID is true, allowed is false\. Fix: /)
  })

  const here = 'kubernetes:core/v1:Pod::a/bad pods-host-namespaces'
  const texts: Record<string, [string, unknown[]]> = {
    'an empty file': ['', [0]],
    'comments and empty documents': ['# nothing\n---\n---\n# here\n', [0]],
    'a banner of comments': [`${`${'#'.repeat(80)}\n`.repeat(3)}${good}`, [0]],
    'several documents': [`${good}---\n${bad}---\n`, [1, `${here} 15`]],
    'a document on the line of its mark': ['--- {apiVersion: v1, kind: Pod, metadata: {name: bad, namespace: a}, spec: {hostPID: true}}', [1, `${here} 1`]],
    'directives and ends of documents': [`%YAML 1.1\n---\n${good}...\n---\n${bad}`, [1, `${here} 18`]],
    'a list': [`apiVersion: v1\nkind: List\nitems:\n  - ${indented(good)}\n  - ${indented(bad)}\n`, [1, `${here} 17`]],
    'a list in a list': [`kind: List\nitems:\n- kind: List\n  items:\n  - ${indented(bad)}\n`, [1, `${here} 9`]],
    'a list of one kind': [`apiVersion: v1\nkind: PodList\nitems:\n  - ${indented(bad.replace('apiVersion: v1\nkind: Pod\n', ''))}\n`, [1, `${here} 6`]],
    'JSON': [JSON.stringify(parse(bad)), [1, `${here} 1`]],
    'JSON with backslashes before a quote': [JSON.stringify({ ...parse(bad), windows: 'C:\\', quoted: '\\"' }), [1, `${here} 1`]],
    'anchors and merges': [`x: &x {hostPID: yes}\n${bad.replace('  hostPID: true', '  <<: *x')}`, [1, `${here} 6`]],
    'YAML 1.1, as the Kubernetes tools read it': [bad.replace('true\n', 'On\n'), [1, `${here} 5`]],
    'Windows lines and a byte order mark': [`\ufeff${bad.replaceAll('\n', '\r\n')}`, [1, `${here} 5`]],
    'a text in quotes and a list in brackets that go on no deeper than their key': [`${bad}      command: [\n      "sh", '-c',\n      "a\n      b"\n      ]\n`, [1, `${here} 5`]],
    'a merge that says what it is': [`x: &x {hostPID: true}\n${bad.replace('  hostPID: true', '  !!merge <<: *x')}`, [1, `${here} 6`]],
    'a kind in base64': [bad.replace('kind: Pod', 'kind: !!binary UG9k'), [1, `${here} 5`]],
    'an unknown kind': ['apiVersion: example.com/v1\nkind: Widget\nspec: {size: 3}\n', [0]],
    'the definition of a custom resource': ['apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {versions: [{schema: {properties: {containers: [{}]}}}]}\n', [0]],
    'the definition of a custom resource with a merge that overrides keys before it': ['x: &x {a: 1}\nkind: CustomResourceDefinition\nspec: {a: 2, <<: *x}\n', [0]],
    'a policy of another engine, which holds patterns of pods': ['apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {rules: [{validate: {pattern: {spec: {containers: [{securityContext: {privileged: true}}]}}}}]}\n', [0]],
    'a custom resource that holds a pod': ['apiVersion: example.com/v1\nkind: App\nmetadata: {name: bad, namespace: a}\nspec: {template: {spec: {hostPID: true, containers: [{name: a}]}}}\n', [1, 'kubernetes:example.com/v1:App::a/bad pods-host-namespaces 4']],
  }
  for (const [name, [text, expected]] of Object.entries(texts)) {
    it(`reads ${name}`, () => assert.deepEqual(found(text), expected))
  }

  it('shows a name with colons, as roles have, and no text that is no name', () => {
    const called = (name: string) => checkFile(bad.replace('name: bad', `name: "${name}"`)).report.findings[0].resource
    assert.equal(called('acme:platform:reader'), 'kubernetes:core/v1:Pod::a/acme:platform:reader')
    assert.equal(called('hunter2 is no name'), 'kubernetes:core/v1:Pod::a/(18 characters)')
  })

  for (const [name, text] of Object.entries({
    'broken YAML': 'kind: Pod\nspec: {hunter2: [',
    'a text in quotes without an end': 'kind: Pod\nspec: "hunter2\nstatus: a\n',
    'a text in quotes over two documents': 'kind: Pod\nspec: "hunter2\n---\na"\n',
    'a key that is there twice': `${good}  hunter2: 1\n  hunter2: 2\n`,
    'a key that is there twice in JSON': '{"kind":"Pod","spec":{"hostPID":true,"hunter2":"a\\"b:","hostPID":false}}',
    'a value that Pulumi does not know yet, which no manifest has': good.replace('app:1', '04da6b54-80e4-46f7-96ec-b56ff0331ba9 # hunter2'),
    'a merge that overrides keys before it for some readers': `x: &x {hunter2: true}\n${good}  hunter2: false\n  <<: *x\n`,
    'an anchor that is not there': 'kind: Pod\nspec: *hunter2\n',
    'a template that was not rendered': 'kind: Pod\nmetadata: {{ .hunter2 }}\n',
    'an object without a kind': 'hunter2: true\n',
    'what is no object': 'hunter2\n',
    'anchors that make a bomb': `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((key, index) => `${key}: &${key} [${`*${'abcdefg'[index]},`.repeat(9)}]\n`).join('')}kind: hunter2\n`,
  })) {
    it(`exits with 2 for ${name}, says where, and shows nothing of it`, () => {
      const { exitCode, report, stdout, stderr } = checkFile(text)
      assert.equal(exitCode, 2)
      assert.equal(report.errors.length, 1)
      assert.ok(!`${stdout}${stderr}`.includes('hunter2'), `${stdout}${stderr}`)
    })
  }

  it('ends quietly where nobody reads on', async () => {
    const { stderr } = await execa('sh', ['-c', `"${process.execPath}" "${join(REPOSITORY, 'policies/cli.ts')}" - | true`], { input: `${bad}---\n`.repeat(500), reject: false })
    assert.equal(stderr, '')
  })

  it('tells bad usage from findings: 2, a word on stderr, nothing on stdout', async () => {
    for (const args of [[], ['--pack', 'none', 'x'], ['--format', 'none', 'x'], ['--kubernetes-version', 'soon', 'x'], ['--none', 'x']]) {
      const { exitCode, stdout, stderr } = await run(args)
      assert.deepEqual([exitCode, stdout], [2, ''], args.join(' '))
      assert.match(stderr, /--help tells how it is used/)
    }
  })

  it('tells all that is wrong with the usage at once', async () => {
    const { stderr } = await run(['--pack', 'none', '--format', 'other', '--kubernetes-version', 'soon', '--zap'])
    for (const fault of ['no option --zap', 'no pack "none"', 'no format "other"', '--kubernetes-version is "soon"', 'No FILE']) assert.ok(stderr.includes(fault), `${fault} is not in: ${stderr}`)
  })

  it('judges what it can read even where another file is missing', async () => {
    writeFileSync(join(folder, 'bad.yaml'), bad)
    const { exitCode, stdout, stderr } = await run(['--pack', 'pss-baseline', '--format', 'json', 'none.yaml', 'bad.yaml'])
    assert.equal(exitCode, 2)
    assert.equal(stderr, 'none.yaml: there is no such file\n')
    assert.equal(JSON.parse(stdout).findings.length, 1)
  })

  it('reads every manifest of a folder, from where npm was called', async () => {
    mkdirSync(join(folder, 'deep/er'), { recursive: true })
    writeFileSync(join(folder, 'deep/er/bad.yml'), bad)
    writeFileSync(join(folder, 'deep/notes.txt'), 'no manifest')
    const { exitCode, stdout } = await run(['--pack', 'pss-baseline', '--format', 'json', 'er'], { env: { INIT_CWD: join(folder, 'deep'), npm_lifecycle_event: 'policies', npm_package_json: join(REPOSITORY, 'package.json') } })
    assert.deepEqual([exitCode, JSON.parse(stdout).findings.map(({ file }: any) => file)], [1, ['er/bad.yml']])
    // Another project's script runs where that project is.
    const elsewhere = await run(['--pack', 'pss-baseline', '--format', 'json', 'er'], { env: { INIT_CWD: join(folder, 'deep'), npm_lifecycle_event: 'policies', npm_package_json: join(folder, 'package.json') } })
    assert.deepEqual([elsewhere.exitCode, elsewhere.stderr], [2, 'er: there is no such file\n'])
  })

  it('follows the links of a folder, as of a mounted ConfigMap', async () => {
    mkdirSync(join(folder, 'mounted/..data.yaml'), { recursive: true })
    writeFileSync(join(folder, 'mounted/..data.yaml/pod'), bad)
    symlinkSync('..data.yaml/pod', join(folder, 'mounted/pod.yaml'))
    symlinkSync('..data.yaml', join(folder, 'mounted/folder.yaml'))
    const check = async () => {
      const { exitCode, stdout } = await run(['--pack', 'pss-baseline', '--format', 'json', 'mounted'])
      const { findings, errors } = JSON.parse(stdout)
      return [exitCode, ...findings.map(({ file }: any) => file), ...errors]
    }
    assert.deepEqual(await check(), [1, 'mounted/pod.yaml'])
    symlinkSync('nowhere', join(folder, 'mounted/dangling.yaml'))
    assert.deepEqual(await check(), [2, 'mounted/pod.yaml', 'mounted/dangling.yaml: cannot be read (ENOENT)'])
  })

  it('says in a sentence where its report cannot be written', async () => {
    const { exitCode, stderr } = await execa('bash', ['-c', 'exec "$@" >/dev/full', 'bash', process.execPath, join(REPOSITORY, 'policies/cli.ts'), '-'], { input: good, reject: false })
    assert.deepEqual([exitCode, stderr], [2, 'The report cannot be written (ENOSPC).'])
  })

  it('hides nothing behind a line break that not all readers know, a mark within the file, or a merge of a merge', () => {
    for (const at of ['\r', '\u0085', '\u2028', '\u2029']) {
      const { exitCode, report } = checkFile(good.replace('spec:\n', `spec:\n  # see docs${at}  hostPID: true\n`))
      assert.equal(exitCode, 2, JSON.stringify(at))
      assert.match(report.errors[0], /line 5 holds a line break/)
    }
    assert.equal(found(good.replace(/\n/g, '\r\n'))[0], 0)
    assert.deepEqual(found(`${good}---\n\ufeff${bad}`), [1, `${here} 15`])
    const merges = `x-a: &a {hostPID: true}\nx-b: &b\n  <<: *a\n${good.replace('spec:\n', 'spec:\n  hostPID: false\n  <<: *b\n')}`
    assert.match(checkFile(merges).report.errors[0], /comes after keys that it overrides/)
  })

  it('takes the controls of another version where it is asked to', () => {
    const probe = good.replace('image: app:1', 'image: app:1\n      livenessProbe: {httpGet: {port: 80, host: x.example}}')
    assert.deepEqual([found(probe, '--kubernetes-version', 'v1.33'), found(probe)[0]], [[0], 1])
    assert.deepEqual(['1.33.12', 'v1.34.1', 'latest'].map((version) => found(probe, '--kubernetes-version', version)[0]), [0, 1, 1])
  })

  const secretMark = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270' }
  const stateOf = (inputs: object) => ({ urn: 'urn:pulumi:prod::annex::kubernetes:core/v1:Pod::web', type: 'kubernetes:core/v1:Pod', custom: true, inputs, outputs: {} })

  it('reads a saved state, what is encrypted in it being unverifiable', () => {
    const spec = { hostPID: true, hostIPC: { ...secretMark, ciphertext: 'x' }, hostNetwork: { ...secretMark, plaintext: 'true' } }
    const { exitCode, report } = checkFile(JSON.stringify({ version: 3, deployment: { resources: [stateOf({ spec }), { ...stateOf({ spec }), delete: true }] } }))
    assert.equal(exitCode, 1)
    assert.deepEqual(report.findings.map(({ resource, path }: any) => `${resource} ${path}`), ['hostNetwork', 'hostPID'].map((field) => `kubernetes:core/v1:Pod::web spec.${field}`))
    assert.deepEqual(report.unverifiable.map(({ path }: any) => path), ['spec.hostIPC'])
  })

  it('lists what an exception allows, and counts it for no finding', () => {
    const { rule, resource, expires } = exceptions[0]!
    const binding = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: resource.split('::')[1] }, spec: { policyName: 'p', validationActions: ['Warn'] } }
    const { exitCode, report } = checkFile(JSON.stringify(binding), '--pack', 'recommended')
    const holds = currentDay() <= expires
    assert.deepEqual([exitCode, (holds ? report.exceptions : report.findings).map((it: any) => it.rule)], [holds ? 0 : 1, [rule]])
  })

  it('looks for keys in what the providers of a saved state answered, and judges nothing else of it', () => {
    const state = { ...stateOf({ spec: {} }), outputs: { spec: { hostPID: true }, status: { log: `-----BEGIN ${'PRIVATE'} KEY-----` } } }
    const { exitCode, report } = checkFile(JSON.stringify({ version: 3, deployment: { resources: [state] } }), '--pack', 'recommended')
    assert.deepEqual([exitCode, report.findings.filter(({ rule }: any) => /^(secrets-no-private-key|pods-host-namespaces)$/.test(rule)).map(({ path }: any) => path)], [1, ['status.log']])
  })

  it("reads a backend's own file of a stack", () => {
    const { exitCode, report } = checkFile(JSON.stringify({ version: 3, checkpoint: { stack: 'organization/annex/dev', latest: { resources: [stateOf({ spec: { hostPID: true } })] } } }))
    assert.deepEqual([exitCode, report.findings.map(({ path }: any) => path)], [1, ['spec.hostPID']])
  })

  it('reads a preview, and exits with 0 where there is only what it cannot verify', () => {
    const steps = [
      { op: 'create', newState: stateOf({ spec: { hostPID: '04da6b54-80e4-46f7-96ec-b56ff0331ba9', hostIPC: '[secret]' } }) },
      { op: 'delete', oldState: stateOf({ spec: { hostPID: true } }) },
    ]
    const { exitCode, report } = checkFile(JSON.stringify({ config: {}, steps }))
    assert.deepEqual([exitCode, report.findings, report.unverifiable.map(({ path }: any) => path)], [0, [], ['spec.hostPID', 'spec.hostIPC']])
  })

  it('reads numbers as the Kubernetes tools do', () => {
    const asUser = (user: string) => found(good.replace('runAsNonRoot: true', `runAsNonRoot: true, runAsUser: ${user}`))[0]
    assert.deepEqual(['0o1000', '0X1f', '010', '0B11'].map(asUser), [0, 0, 0, 0])
    assert.deepEqual(['0o0', '0', '-0B0'].map(asUser), [1, 1, 1])
  })

  it('tells of charts and files that a preview could not look into', () => {
    for (const type of ['helm.sh/v3:Chart', 'helm.sh/v4:Chart', 'yaml:ConfigGroup', 'yaml/v2:ConfigFile', 'kustomize/v2:Directory']) {
      const urn = `urn:pulumi:prod::annex::kubernetes:${type}::web`
      const chart = { op: 'create', newState: { urn, type: `kubernetes:${type}` } }
      const { exitCode, report } = checkFile(JSON.stringify({ steps: [chart] }))
      assert.deepEqual([exitCode, report.unverifiable.some(({ rule, resource }: any) => rule === 'pods-privilege-escalation' && resource === `kubernetes:${type}::web`)], [0, true], type)
      assert.deepEqual(checkFile(JSON.stringify({ steps: [chart, { op: 'create', newState: { ...stateOf(parse(good)), parent: urn } }] })).report.unverifiable, [], type)
    }
  })

  it('puts together what several previews say, whatever is before their first brace', () => {
    const policy = (op: string, side: string, name: string) => ({ op, [side]: { urn: `urn:pulumi:prod::annex::x::${name}`, type: 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy', inputs: { metadata: { name } } } })
    const [first, second] = [
      { steps: [policy('delete', 'oldState', 'gone-1'), policy('create', 'newState', 'new')], changeSummary: { create: 1, same: 1 } },
      { steps: [policy('delete', 'oldState', 'gone-2')], changeSummary: { delete: 1 } },
    ].map((preview, i) => {
      const file = join(folder, `preview-${i}.json`)
      writeFileSync(file, `\n ${JSON.stringify(preview)}`)
      return file
    })
    let written = ''
    main(['--format', 'json', first!, second!], { write: (text) => { written += text } })
    const { findings, unverifiable } = JSON.parse(written)
    assert.deepEqual(findings.map(({ rule, resource }: any) => `${rule} ${resource.split('::').at(-1)}`), ['admission-kept gone-1', 'admission-kept gone-2'])
    assert.deepEqual(unverifiable.map(({ rule, resource }: any) => `${rule} ${resource.split('::').at(-1)}`), ['admission-bound new'])
  })

  it('judges no preview that ended in an error', () => {
    const { exitCode, report } = checkFile(JSON.stringify({ steps: [{ op: 'create', newState: stateOf({ spec: {} }) }], diagnostics: [{ severity: 'warning' }, { severity: 'error', message: 'x' }] }))
    assert.equal(exitCode, 2)
    assert.match(report.errors[0], /: this preview ended in an error, so not all of the stack is in it$/)
  })

  it('writes SARIF 2.1.0 with a rule for each result and its place', async () => {
    const { exitCode, stdout } = await run(['--pack', 'pss-baseline', '--format', 'sarif', '-'], { input: bad })
    const { version, runs: [{ tool, results, invocations }] } = JSON.parse(stdout)
    assert.deepEqual([exitCode, version, invocations[0].executionSuccessful, results.length], [1, '2.1.0', true, 1])
    const [result] = results
    assert.equal(tool.driver.rules[result.ruleIndex].id, result.ruleId)
    assert.deepEqual([result.ruleId, result.level, result.locations[0].physicalLocation.region.startLine], ['pods-host-namespaces', 'error', 5])
  })

  it('writes SARIF with what its schema asks for, and JUnit with no attribute that the schema of Jenkins has not', async () => {
    mkdirSync(join(folder, 'odd names'), { recursive: true })
    writeFileSync(join(folder, 'odd names/ü#1%.yaml'), bad.replace('name: bad', 'name: "<&\\u0001>"'))
    writeFileSync(join(folder, 'odd names/preview.json'), JSON.stringify({ steps: [{ op: 'create', newState: stateOf({ spec: { hostPID: '04da6b54-80e4-46f7-96ec-b56ff0331ba9' } }) }] }))
    const args = ['--pack', 'strict', 'odd names', 'none.yaml', '--format']
    const { $schema, version, runs: [{ tool: { driver }, invocations, results }] } = JSON.parse((await run([...args, 'sarif'])).stdout)
    assert.ok(URL.canParse($schema) && version === '2.1.0' && driver.name !== '')
    assert.equal(new Set(driver.rules.map(({ id }: any) => id)).size, driver.rules.length)
    for (const rule of driver.rules) assert.ok(URL.canParse(rule.helpUri) && ['error', 'warning'].includes(rule.defaultConfiguration.level) && rule.shortDescription.text !== '')
    assert.deepEqual([invocations[0].executionSuccessful, invocations[0].toolExecutionNotifications.length], [false, 1])
    assert.ok(results.length > 2)
    for (const { ruleId, ruleIndex, kind, level, message, locations: [{ physicalLocation, logicalLocations }] } of results) {
      assert.equal(driver.rules[ruleIndex].id, ruleId)
      // Only what failed may have a level (3.27.10).
      assert.ok(kind === 'fail' ? level === 'error' : kind === 'open' && level === 'none', `${kind} ${level}`)
      assert.ok(message.text !== '' && logicalLocations[0].fullyQualifiedName !== '')
      if (physicalLocation !== undefined) assert.ok(physicalLocation.artifactLocation.uri === 'odd%20names/%C3%BC%231%25.yaml' && physicalLocation.region.startLine >= 1)
    }
    const { stdout } = await run([...args, 'junit'])
    const attributes: Record<string, string[]> = { testsuites: ['tests', 'failures', 'errors'], testsuite: ['name', 'tests', 'failures', 'errors', 'skipped', 'time'], testcase: ['classname', 'name', 'time'], failure: ['type', 'message'], error: ['type', 'message'], skipped: ['message'] }
    const tags = [...stdout.replace(/^<\?xml[^>]*>\n/, '').matchAll(/<(\w+)((?: \w+="[^"<]*")*)\/?>/g)]
    assert.deepEqual(new Set(tags.map(([, name]) => name)), new Set(Object.keys(attributes)))
    for (const [tag, name, written] of tags) assert.deepEqual([...written!.matchAll(/ (\w+)="/g)].map(([, attribute]) => attribute), attributes[name!], tag)
    assert.ok(!/[\u0000-\u0008\u000b-\u001f]/.test(stdout))
  })

  it('writes JUnit, a failure for each finding', async () => {
    const { exitCode, stdout } = await run(['--pack', 'pss-baseline', '--format', 'junit', '-'], { input: bad })
    assert.equal(exitCode, 1)
    assert.match(stdout, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites tests="12" failures="1" errors="0">\n<testsuite name="annex-policies pss-baseline" tests="12" failures="1" errors="0" skipped="0" time="0">/)
    assert.match(stdout, /<testcase classname="pss-baseline\.pods-host-namespaces" name="kubernetes:core\/v1:Pod::a\/bad spec\.hostPID" time="0">\n<failure type="mandatory" message="spec\.hostPID is true[^<]*\(standard input\):5\n<\/failure>/)
  })

  it('tells people the resource, the rule, the place and a sum', async () => {
    const { stdout } = await run(['--pack', 'pss-baseline', '-'], { input: bad })
    assert.match(stdout, /^kubernetes:core\/v1:Pod::a\/bad \(\(standard input\):1\)\n {2}mandatory pods-host-namespaces \(critical\) at line 5\n/)
    assert.match(stdout, /\n1 mandatory and 0 advisory findings, 0 unverifiable, 0 allowed by exceptions in 1 resources \(pack pss-baseline, 12 rules, Kubernetes v1\.36\)\n$/)
  })
})
