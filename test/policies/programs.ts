import * as pulumi from '@pulumi/pulumi'

/**
 * Programs for the pack to look at. A component with a resource's type token is registered with its inputs as that
 * resource would be, and needs no plugin and no cluster.
 */
class Pretended extends pulumi.ComponentResource {
  constructor(type: string, name: string, inputs: pulumi.Inputs, outputs: pulumi.Inputs = {}) {
    super(type, name, inputs)
    this.registerOutputs(outputs)
  }
}

/** Passed to the program, so that no file holds the text of a key. */
const key = process.env['ANNEX_TEST_KEY'] ?? ''

const connection = { host: '198.51.100.11', hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample' }

const namespace = {
  metadata: {
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/enforce-version': 'v1.36',
    },
  },
}

function pod(spec: pulumi.Inputs): pulumi.Inputs {
  return { spec: { containers: [{ name: 'app', image: 'app:1' }], ...spec } }
}

export function keepsEveryRule(): void {
  const patience = { dialErrorLimit: 2, perDialTimeout: 10 }
  new Pretended('command:remote:Command', 'command', { connection: { ...connection, ...patience }, create: 'true', logging: 'none' })
  new Pretended('kubernetes:core/v1:Namespace', 'namespace', namespace)
  const keeping = {
    metadata: { namespace: 'paas-tenant-1' },
    spec: {
      hostNetwork: false,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'app',
          image: 'app:1',
          resources: { requests: { cpu: '20m', memory: '32Mi' }, limits: { memory: '64Mi' } },
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  }
  // Rules about the stack see what the provider answered.
  new Pretended('kubernetes:core/v1:Pod', 'pod', keeping, keeping)
}

export function breaksEveryRule(): void {
  new Pretended('command:remote:Command', 'command', {
    connection: { host: '198.51.100.11', password: pulumi.secret(key) },
  })
  new Pretended('kubernetes:core/v1:Namespace', 'namespace', { metadata: { name: 'namespace' } })
  new Pretended('kubernetes:core/v1:ConfigMap', 'config-map', { data: { key: pulumi.secret(key) } })
  const securityContext = {
    privileged: true,
    capabilities: { add: ['SYS_ADMIN'] },
    windowsOptions: { hostProcess: true },
  }
  new Pretended(
    'kubernetes:core/v1:Pod',
    'pod',
    pod({
      hostNetwork: true,
      volumes: [{ name: 'a', hostPath: { path: '/' } }],
      initContainers: [{ securityContext }],
    }),
  )
}

export function breaksARuleInTheUpdateOnly(): void {
  const knownLater = pulumi.runtime.isDryRun() ? pulumi.unknown : true
  new Pretended('kubernetes:core/v1:Pod', 'pod', pod({ hostPID: knownLater }))
}

export function answersWithAKey(): void {
  new Pretended('example:index:Server', 'server', {}, { config: { admin: pulumi.secret(key) } })
}

export function needsAnException(): void {
  new Pretended('kubernetes:apps/v1:DaemonSet', 'flannel', { spec: { template: pod({ hostNetwork: true }) } })
}
