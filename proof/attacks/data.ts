/** Images and volumes of others. Benchmark category: data isolation. */
import type { Attack } from './attack.ts'
import { claim, container, pod, policySays, send } from './objects.ts'

const registries = { control: 'image-registries', command: send, expected: 'refused', refusal: policySays('image-registries') } as const
const pull = { control: 'pull-policy', expected: 'refused', refusal: policySays('pull-policy'), harmlessWith: ['Always'] } as const
const firstPolicy = [...send, '-o', 'jsonpath={.spec.containers[0].imagePullPolicy}']
const second = { ...container, name: 'second', image: '{strangeImage}' }

export const data: Attack[] = [
  { ...pull, id: 'MTB-PL1-CC-DI-1/if-not-present', title: 'take a private image from the disk of a node', command: firstPolicy, input: pod({}, { image: '{privateImage}', imagePullPolicy: 'IfNotPresent' }) },
  { ...pull, id: 'MTB-PL1-CC-DI-1/never', title: 'take it without ever asking the registry', command: firstPolicy, input: pod({}, { image: '{privateImage}', imagePullPolicy: 'Never' }) },
  { ...pull, id: 'MTB-PL1-CC-DI-1/init', title: 'take it in an init container', command: [...send, '-o', 'jsonpath={.spec.initContainers[0].imagePullPolicy}'], input: pod({ initContainers: [{ ...second, image: '{privateImage}', imagePullPolicy: 'Never' }] }) },
  { ...pull, id: 'MTB-PL1-CC-DI-1/volume', title: 'mount it as a volume', harmlessWith: undefined, command: send, input: pod({ volumes: [{ name: 'image', image: { reference: '{privateImage}', pullPolicy: 'Never' } }] }) },

  { ...registries, id: 'annex-data/image', title: 'run an image from elsewhere', input: pod({}, { image: '{strangeImage}' }) },
  { ...registries, id: 'annex-data/init', title: 'run it in an init container', input: pod({ initContainers: [second] }) },
  { ...registries, id: 'annex-data/volume', title: 'mount it as a volume', input: pod({ volumes: [{ name: 'image', image: { reference: '{strangeImage}' } }] }) },

  { control: 'claim-volumes', command: send, expected: 'refused', refusal: policySays('claim-volumes'), id: 'MTB-1200/volume', title: 'claim a volume that exists, by its name', input: claim({ volumeName: 'somebody-elses' }) },
  { control: 'claim-classes', command: send, expected: 'refused', refusal: policySays('claim-classes'), id: 'MTB-1199/class', title: 'claim storage of a class whose volumes are not wiped by annex', input: claim({ storageClassName: 'cloud-ssd' }) },
]
