import type { Rule } from '../rule.ts'
import { bound } from './admission/bound.ts'
import { enforced } from './admission/enforced.ts'
import { failClosed } from './admission/fail-closed.ts'
import { kept } from './admission/kept.ts'
import { caPinned } from './hosts/ca-pinned.ts'
import { fileModes } from './hosts/file-modes.ts'
import { firewall } from './hosts/firewall.ts'
import { hostKey } from './hosts/host-key.ts'
import { kubelet } from './hosts/kubelet.ts'
import { noAgentForwarding } from './hosts/no-agent-forwarding.ts'
import { noKeyInConnection } from './hosts/no-key-in-connection.ts'
import { noPasswordLogin } from './hosts/no-password-login.ts'
import { noSecretInCommand } from './hosts/no-secret-in-command.ts'
import { pinnedPackages } from './hosts/pinned-packages.ts'
import { quietLogging } from './hosts/quiet-logging.ts'
import { quoted } from './hosts/quoted.ts'
import { repositoryKey } from './hosts/repository-key.ts'
import { retryBudget } from './hosts/retry-budget.ts'
import { signedPackages } from './hosts/signed-packages.ts'
import { tokenLifetime } from './hosts/token-lifetime.ts'
import { uniqueNames } from './hosts/unique-names.ts'
import { wireguard } from './hosts/wireguard.ts'
import { podSecurityLabels } from './namespaces/pod-security-labels.ts'
import { externalIps } from './network/external-ips.ts'
import { hostOwner } from './network/host-owner.ts'
import { ingressHosts } from './network/ingress-hosts.ts'
import { notWidened } from './network/not-widened.ts'
import { serviceExposure } from './network/service-exposure.ts'
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
import { rbacClusterAdmin } from './rbac/cluster-admin.ts'
import { rbacClusterWide } from './rbac/cluster-wide.ts'
import { rbacCrossNamespace } from './rbac/cross-namespace.ts'
import { rbacCsrApproval } from './rbac/csr-approval.ts'
import { rbacDefaultAccount } from './rbac/default-account.ts'
import { rbacEscalation } from './rbac/escalation.ts'
import { rbacEverybody } from './rbac/everybody.ts'
import { rbacExec } from './rbac/exec.ts'
import { rbacIsolation } from './rbac/isolation.ts'
import { rbacNamespaceSecrets } from './rbac/namespace-secrets.ts'
import { rbacNodesProxy } from './rbac/nodes-proxy.ts'
import { rbacSecrets } from './rbac/secrets.ts'
import { rbacTokens } from './rbac/tokens.ts'
import { rbacVolumes } from './rbac/volumes.ts'
import { rbacWebhooks } from './rbac/webhooks.ts'
import { rbacWildcards } from './rbac/wildcards.ts'
import { certificateLifetime } from './secrets/certificate-lifetime.ts'
import { noPrivateKey } from './secrets/no-private-key.ts'
import { randomPasswords } from './secrets/random-passwords.ts'
import { tlsKeys } from './secrets/tls-keys.ts'
import { volumeHostPath } from './storage/host-path.ts'
import { localVolumes } from './storage/local-volumes.ts'
import { imageTag } from './supply/image-tag.ts'
import { noSecretInEnv } from './supply/no-secret-in-env.ts'
import { noToken } from './supply/no-token.ts'
import { readOnlyRoot } from './supply/read-only-root.ts'
import { registries } from './supply/registries.ts'
import { resources } from './supply/resources.ts'
import { defaultDeny } from './tenancy/default-deny.ts'
import { defaultNamespace } from './tenancy/default-namespace.ts'
import { limits } from './tenancy/limits.ts'
import { placement } from './tenancy/placement.ts'
import { quota } from './tenancy/quota.ts'
import { tolerations } from './tenancy/tolerations.ts'
import { ingressTls } from './transport/ingress-tls.ts'
import { plainHttp } from './transport/plain-http.ts'
import { verify } from './transport/verify.ts'

/** Every rule there is, in the order in which findings are told; packs.ts says which of them a pack has, and at what level. */
export const rules: readonly Rule[] = [
  hostKey,
  noKeyInConnection,
  caPinned,
  fileModes,
  firewall,
  kubelet,
  noAgentForwarding,
  noPasswordLogin,
  noSecretInCommand,
  pinnedPackages,
  quietLogging,
  quoted,
  repositoryKey,
  retryBudget,
  signedPackages,
  tokenLifetime,
  uniqueNames,
  wireguard,
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
  defaultDeny,
  defaultNamespace,
  limits,
  placement,
  quota,
  tolerations,
  externalIps,
  hostOwner,
  ingressHosts,
  notWidened,
  serviceExposure,
  bound,
  enforced,
  failClosed,
  kept,
  volumeHostPath,
  localVolumes,
  rbacClusterAdmin,
  rbacClusterWide,
  rbacCrossNamespace,
  rbacCsrApproval,
  rbacDefaultAccount,
  rbacEscalation,
  rbacEverybody,
  rbacExec,
  rbacIsolation,
  rbacNamespaceSecrets,
  rbacNodesProxy,
  rbacSecrets,
  rbacTokens,
  rbacVolumes,
  rbacWebhooks,
  rbacWildcards,
  imageTag,
  noSecretInEnv,
  noToken,
  readOnlyRoot,
  registries,
  resources,
  ingressTls,
  plainHttp,
  verify,
  certificateLifetime,
  noPrivateKey,
  randomPasswords,
  tlsKeys,
]
