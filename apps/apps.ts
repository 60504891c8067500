/** The platform's namespaces with their small iam-service, and the test application of a tenant. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { stackLabel } from '../components/tenant-isolation/names.ts'
import { podSecurityLabels } from '../components/tenant-isolation/render.ts'
import { renderIamService, renderService, renderTestApplication } from './render.ts'

export interface PlatformArgs {
  /** Those of the platform's namespaces that are the stack's: the others are somebody else's, and stay as they are. */
  namespaces: string[]
  /** Left out: none. */
  iamService?: { image: string }
  /** Whether the stack must not be destroyed, since others stand on it. */
  protect: boolean
}

/**
 * paas-system and paas-operators, under `restricted`, and the iam-service.
 */
export function createPlatform({ namespaces: own, iamService, protect }: PlatformArgs): pulumi.Resource[] {
  const namespaces = own.map((name) => new k8s.core.v1.Namespace(name, {
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'annex', [stackLabel]: pulumi.getStack(), ...podSecurityLabels('restricted') } },
  }, { protect }))
  if (iamService === undefined) return namespaces
  const opts = { dependsOn: namespaces }
  return [
    ...namespaces,
    new k8s.apps.v1.Deployment('iam-service', renderIamService('paas-system', iamService.image), opts),
    new k8s.core.v1.Service('iam-service', renderService('iam-service', 'paas-system'), opts),
  ]
}

/** The test application; `opts.parent` is the tenant's placement. */
export function createTestApplication(args: { tenant: string; image: string; storage: string }, opts: pulumi.CustomResourceOptions): void {
  new k8s.core.v1.Service('test-app', renderService('test-app', args.tenant), opts)
  new k8s.apps.v1.StatefulSet('test-app', renderTestApplication(args.tenant, args.image, args.storage), opts)
}
