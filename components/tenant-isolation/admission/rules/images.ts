import { fullName, podImages, sameImages } from '../images.ts'
import { type AdmissionRule, annotationList, shown } from '../rule.ts'

/** An unchanged pod passes: a rule that came later must not keep a controller from finishing with it. */
const unchanged = `oldObject != null && ${sameImages}`

export const imageRegistries: AdmissionRule = {
  name: 'image-registries',
  title: 'Images come from the registries of the tenant.',
  resources: [{ apiGroups: [''], resources: ['pods', 'pods/ephemeralcontainers'], operations: ['CREATE', 'UPDATE'] }],
  variables: {
    allowed: annotationList('registries'),
    images: `(${podImages}).map(i, ${fullName('i')})`,
    strange: 'variables.images.filter(i, !variables.allowed.exists(r, r == "*" || i.startsWith(r + "/")))',
  },
  validations: [{
    expression: `size(variables.strange) == 0 || (${unchanged})`,
    message: `"image " + variables.strange.join(", ") + " comes from elsewhere: allowed are images of " + ${shown('variables.allowed')} + "; use one of them, or add the registry to annex:tenants[].registries"`,
  }],
}
