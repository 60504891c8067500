import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { caCertHash, readCluster } from '../../preflight/cluster.ts'
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

  it('pins the public key of its authority, as kubeadm and openssl compute it', () => {
    const pem = certificate()
    const openssl = execFileSync('bash', ['-c', 'openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | sha256sum'], { input: pem, encoding: 'utf8' })
    assert.equal(caCertHash(pem), `sha256:${openssl.split(' ')[0]}`)
  })
})
