import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { caCertHash, createBootstrapToken, readCluster, readForJoin } from '../../preflight/cluster.ts'
import { toolPath } from '../../tools/tools.ts'
import { certificate } from './certificate.ts'

/** A port on which nothing listens. */
const server = 'https://127.0.0.1:1'

describe('the cluster of a kubeconfig', () => {
  const before = { ...process.env }
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'annex-cluster-'))
    process.env['KUBECONFIG'] = path.join(folder, 'kubeconfig')
    process.env['PATH'] = `${path.dirname(toolPath('kubectl'))}:${before['PATH']}`
  })
  afterEach(() => {
    Object.assign(process.env, { KUBECONFIG: '', ...before })
    rmSync(folder, { recursive: true })
  })

  const kubeconfig = (cluster: object) => writeFileSync(process.env['KUBECONFIG']!, JSON.stringify({
    clusters: [{ name: 'one', cluster }],
    users: [{ name: 'one', user: { token: 'none' } }],
    contexts: [{ name: 'one', context: { cluster: 'one', user: 'one' } }],
  }))

  it('is told to be unreachable, with the command that shows it', async () => {
    kubeconfig({ server, 'certificate-authority-data': Buffer.from(certificate()).toString('base64') })
    await assert.rejects(readCluster('one'), /kubernetes:context = "one" refused or did not answer \(.*127\.0\.0\.1:1.*\): check with "kubectl --context one get nodes"/)
  })

  it('must be named by a context that is there', async () => {
    kubeconfig({ server, 'certificate-authority-data': Buffer.from(certificate()).toString('base64') })
    await assert.rejects(readCluster('two'), /kubernetes:context = "two" is not in the kubeconfig.*kubectl config get-contexts/)
  })

  it('must have an authority that a join can pin', async () => {
    kubeconfig({ server, 'insecure-skip-tls-verify': true })
    await assert.rejects(readCluster('one'), /kubernetes:context = "one" has no certificate authority.*set certificate-authority/)
  })

  it('cannot be asked without kubectl', async () => {
    kubeconfig({ server })
    process.env['PATH'] = folder
    await assert.rejects(readCluster('one'), /kubectl is not on the PATH.*install it/)
  })

  /** A kubectl that does what `script` says. */
  const kubectl = (script: string) => {
    writeFileSync(path.join(folder, 'kubectl'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    process.env['PATH'] = `${folder}:${before['PATH']}`
  }

  it('is given a bootstrap token that lives a quarter of an hour and may bootstrap a node, nothing else', async () => {
    kubectl(`echo "$*" >${folder}/call; cat >${folder}/stdin`)
    const token = await createBootstrapToken('one', 'vps', new Date('2026-11-27T12:00:00Z'))
    assert.match(token, /^[a-z\d]{6}\.[a-z\d]{16}$/)
    const [id, secret] = token.split('.')
    assert.equal(readFileSync(path.join(folder, 'call'), 'utf8'), '--context one create --raw /api/v1/namespaces/kube-system/secrets -f -\n')
    assert.deepEqual(JSON.parse(readFileSync(path.join(folder, 'stdin'), 'utf8')), {
      metadata: { name: `bootstrap-token-${id}` },
      type: 'bootstrap.kubernetes.io/token',
      stringData: {
        description: 'annex: join of vps',
        'token-id': id,
        'token-secret': secret,
        expiration: '2026-11-27T12:15:00.000Z',
        'usage-bootstrap-authentication': 'true',
        'usage-bootstrap-signing': 'true',
        'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
      },
    })
  })

  it('has nodes that are Ready where they say so, and drained as often as they note in a whole number', async () => {
    const node = (annotation?: string, conditions?: object[]) => ({ kind: 'Node', metadata: { name: 'vps', annotations: { 'annex/drains': annotation } }, spec: {}, status: { conditions } })
    const items = [
      node('1', [{ type: 'MemoryPressure', status: 'False' }, { type: 'Ready', status: 'True' }]),
      node('120', [{ type: 'DiskPressure', status: 'True' }, { type: 'Ready', status: 'False' }]),
      node('999999999', [{ type: 'Ready', status: 'Unknown' }]),
      ...[undefined, '0', '-1', '1.5', '08', '1e3', ' 1', '1 ', '1000000000', '1\n2'].map((annotation) => node(annotation)),
    ]
    const authority = { clusters: [{ cluster: { 'certificate-authority-data': Buffer.from(certificate()).toString('base64') } }] }
    for (const [name, content] of Object.entries({ authority, version: { gitVersion: 'v1.36.3' }, items })) writeFileSync(path.join(folder, name), JSON.stringify(content))
    kubectl(`case $* in *config*) cat ${folder}/authority ;; *--raw*) cat ${folder}/version ;; *) cat ${folder}/items ;; esac`)
    const { nodes } = await readCluster('one')
    assert.deepEqual(nodes.slice(0, 3).map(({ ready, drains }) => [ready, drains]), [[true, 1], [false, 120], [false, 999_999_999]])
    assert.deepEqual(nodes.slice(3).map(({ ready, drains }) => [ready, drains]), Array(10).fill([false, 0]))
  })

  for (const [said, dialled] of Object.entries({
    'https://k8s.internal:6443': 'k8s.internal:6443',
    'https://k8s.internal': 'k8s.internal:443',
    'https://k8s.internal:443': 'k8s.internal:443',
    'http://k8s.internal': undefined,
  })) {
    it(`${dialled ? `is joined at ${dialled}` : 'is joined nowhere that is known'} where it says that it is at ${said}`, async () => {
      kubectl(`case $* in *jsonpath*) printf 'clusters:\\n- cluster:\\n    server: ${said}\\n  name: ""\\n' ;; esac`)
      assert.equal((await readForJoin('one')).server, dialled)
    })
  }

  it('pins the public key of its authority, as kubeadm and openssl compute it', () => {
    const pem = certificate()
    const openssl = execFileSync('bash', ['-c', 'openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | sha256sum'], { input: pem, encoding: 'utf8' })
    assert.equal(caCertHash(pem), `sha256:${openssl.split(' ')[0]}`)
  })
})
