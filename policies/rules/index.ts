import type { Rule } from '../rule.ts'
import { hostKey } from './hosts/host-key.ts'
import { noKeyInConnection } from './hosts/no-key-in-connection.ts'
import { podSecurityLabels } from './namespaces/pod-security-labels.ts'
import { appArmor } from './pods/app-armor.ts'
import { capabilitiesDropped } from './pods/capabilities-dropped.ts'
import { capabilities } from './pods/capabilities.ts'
import { hostNamespaces } from './pods/host-namespaces.ts'
import { hostPath } from './pods/host-path.ts'
import { hostPorts } from './pods/host-ports.ts'
import { hostProbes } from './pods/host-probes.ts'
import { hostProcess } from './pods/host-process.ts'
import { privilegeEscalation } from './pods/privilege-escalation.ts'
import { privileged } from './pods/privileged.ts'
import { procMountMasked } from './pods/proc-mount-masked.ts'
import { procMount } from './pods/proc-mount.ts'
import { runAsNonRoot } from './pods/run-as-non-root.ts'
import { runAsUser } from './pods/run-as-user.ts'
import { seLinux } from './pods/se-linux.ts'
import { seccompSet } from './pods/seccomp-set.ts'
import { seccomp } from './pods/seccomp.ts'
import { sysctls } from './pods/sysctls.ts'
import { volumeTypes } from './pods/volume-types.ts'
import { noPrivateKey } from './secrets/no-private-key.ts'
import { volumeHostPath } from './storage/host-path.ts'

/** Every rule there is, in the order in which findings are told; packs.ts says which of them a pack has, and at what level. */
export const rules: readonly Rule[] = [
  hostKey,
  noKeyInConnection,
  privileged,
  capabilities,
  hostNamespaces,
  hostPath,
  hostProcess,
  hostPorts,
  hostProbes,
  appArmor,
  seLinux,
  procMount,
  seccomp,
  sysctls,
  volumeTypes,
  privilegeEscalation,
  capabilitiesDropped,
  runAsNonRoot,
  runAsUser,
  seccompSet,
  procMountMasked,
  podSecurityLabels,
  volumeHostPath,
  noPrivateKey,
]
