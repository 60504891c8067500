import { fullName, sameImages } from '../images.ts'
import { type AdmissionRule, annotationList, type MutationRule } from '../rule.ts'

/** Which images are pulled anew for each container: those that need credentials, or all. */
export type PullAlways = 'private' | 'all'

const listed = (pull: PullAlways) => (pull === 'all' ? '["*"]' : annotationList('privateRegistries'))
const concerns = (image: string) => `variables.listed.exists(r, r == "*" || ${fullName(image)}.startsWith(r + "/"))`

/**
 * An image on the disk of a node is anybody's who may leave out the pull. A kubelet of 1.35 or later asks for the credentials of whoever pulled
 * it (KEP-2535), so there only what the tenant itself pulls with credentials is pulled anew; before that everything is.
 */
export function pullPolicy(pull: PullAlways): AdmissionRule {
  return {
    name: 'pull-policy',
    title: 'A private image is pulled with credentials for every container, never taken from the disk of a node.',
    resources: [{ apiGroups: [''], resources: ['pods', 'pods/ephemeralcontainers'], operations: ['CREATE', 'UPDATE'] }],
    variables: {
      listed: listed(pull),
      lax: ['containers', 'initContainers', 'ephemeralContainers']
        .map((list) => `object.spec.?${list}.orValue([]).filter(c, c.?imagePullPolicy.orValue("") != "Always" && ${concerns('c.?image.orValue("")')}).map(c, c.name)`)
        .concat(`object.spec.?volumes.orValue([]).filter(v, has(v.image) && v.image.?pullPolicy.orValue("") != "Always" && ${concerns('v.image.?reference.orValue("")')}).map(v, v.name)`)
        .join(' + '),
    },
    validations: [{
      expression: `size(variables.lax) == 0 || (oldObject != null && ${sameImages})`,
      message: '"imagePullPolicy of " + variables.lax.join(", ") + " is not Always: a private image on the disk of a node would be anybody\'s; set imagePullPolicy: Always"',
    }],
  }
}

/** Sets what `pullPolicy` demands, so that a chart that says nothing works. Ephemeral containers are made by hand and are only refused. */
export function pullPolicyDefault(pull: PullAlways): MutationRule {
  const containers = (list: string) =>
    `${list}: object.spec.?${list}.orValue([]).filter(c, ${concerns('c.?image.orValue("")')}).map(c, Object.spec.${list}{name: c.name, imagePullPolicy: "Always"})`
  return {
    name: 'pull-policy',
    title: 'Private images are pulled for every container.',
    resources: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE'] }],
    variables: { listed: listed(pull) },
    apply: `Object{spec: Object.spec{${containers('containers')}, ${containers('initContainers')}}}`,
  }
}
