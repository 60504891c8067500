import type { Rule } from '../rule.ts'
import { hostKey } from './hosts/host-key.ts'
import { noKeyInConnection } from './hosts/no-key-in-connection.ts'
import { podSecurityLabels } from './namespaces/pod-security-labels.ts'
import { capabilities } from './pods/capabilities.ts'
import { hostNamespaces } from './pods/host-namespaces.ts'
import { hostPath } from './pods/host-path.ts'
import { hostProcess } from './pods/host-process.ts'
import { privileged } from './pods/privileged.ts'
import { noPrivateKey } from './secrets/no-private-key.ts'

/** The pack: every rule here stops a stack that breaks it. */
export const rules: readonly Rule[] = [
  hostKey,
  noKeyInConnection,
  privileged,
  capabilities,
  hostNamespaces,
  hostPath,
  hostProcess,
  podSecurityLabels,
  noPrivateKey,
]
