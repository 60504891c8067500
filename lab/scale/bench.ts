/** `npm run bench -- scale [SIZE ...]`: how the time for tenants grows with their number, and what a change of one costs among many. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { parse } from 'yaml'
import { annexOptions } from '../../config/annex-options.ts'
import { surroundings } from '../../config/arguments.ts'
import { checkEnvironment, type StackedTenant } from '../../config/check-stacked.ts'
import { stackName, tenantsPerStack } from '../../config/stacked-tenants.ts'
import { type Cluster, startCluster } from '../../test/lab/pulumi/cluster.ts'
import { toolPath } from '../../tools/tools.ts'
import { podAdmission, serverOf } from './admission.ts'
import { environment, openEnvironment, type StackedEnvironment } from './environment.ts'
import { growthExponent, median, sum, type Taken, taken } from './figures.ts'
import { objectsOf, tenantsFile } from './tenants.ts'

/** The issue's sizes and bars. */
const issueSizes = [1, 25, 250, 1000]
const mostExponent = 1.1
const mostChange = 1.2
const changes = 3

interface Measured {
  size: number
  stacks: number
  objects: number
  /** Until all tenants are there, with one stack after the other. */
  annex: Taken
  /** `kubectl apply --server-side` of the same objects, one file a stack. */
  kubectl: Taken
  /** An update that changes one tenant of the first stack, at the median. */
  change: Taken
  /** Milliseconds to admit a pod of a tenant, and one where no tenant is. */
  admission: { tenant: number; other: number }
}

/**
 * Prints a line a size, then how the time grows from one full stack on. What is measured is the program of `tenants/` with its stacks' states in a folder, on a
 * real API server with etcd and controllers on this machine, without hosts (platform.ts says what stands for the platform).
 * The bars are held by the processors' seconds, which do not count what else the machine does.
 * @returns whether they hold
 */
export async function benchScale(sizes: readonly number[] = issueSizes): Promise<boolean> {
  const measured: Measured[] = []
  // A size that fills its stacks is the beginning of every larger one.
  const [whole, odd] = [sizes.filter((size) => size % tenantsPerStack === 0), sizes.filter((size) => size % tenantsPerStack !== 0)]
  for (const group of [...odd.map((size) => [size]), whole].filter(({ length }) => length > 0)) {
    for await (const one of measure(group.toSorted((a, b) => a - b))) {
      measured.push(one)
      console.log(`scale, ${one.size} ${one.size === 1 ? 'tenant' : 'tenants'} in ${one.stacks} ${one.stacks === 1 ? 'stack' : 'stacks'}: ${one.objects} objects; annex ${shown(one.annex)}, kubectl apply --server-side ${shown(one.kubectl)}; `
        + `a change of one tenant ${shown(one.change)}; a pod is admitted in ${one.admission.tenant.toFixed(1)} ms, ${one.admission.other.toFixed(1)} ms where no tenant is`)
    }
  }
  return judge(measured)
}

function judge(measured: Measured[]): boolean {
  const grown = measured.filter(({ size }) => size >= tenantsPerStack).sort((a, b) => a.size - b.size)
  const [first, last] = [grown[0], grown.at(-1)]
  if (first === undefined || last === undefined || first === last) return true
  const exponent = (of: 'annex' | 'kubectl', by: keyof Taken) => growthExponent(grown.map((one) => ({ size: one.objects, seconds: one[of][by] })))
  const change = (by: keyof Taken) => last.change[by] / first.change[by]
  console.log(`scale, from ${first.size} to ${last.size} tenants: the time grows with the power ${exponent('annex', 'clock').toFixed(2)} of the objects, that of processors ${exponent('annex', 'processor').toFixed(2)} (at most ${mostExponent}; kubectl ${exponent('kubectl', 'clock').toFixed(2)} and ${exponent('kubectl', 'processor').toFixed(2)}); `
    + `a change of one tenant takes ${change('clock').toFixed(2)} times as long, ${change('processor').toFixed(2)} times of processors (at most ${mostChange}); the admission of a pod ${(last.admission.tenant / first.admission.tenant).toFixed(2)} times`)
  return exponent('annex', 'processor') <= mostExponent && change('processor') <= mostChange
}

function shown({ clock, processor }: Taken): string {
  return `${clock.toFixed(1)} s (${processor.toFixed(1)} s of processors)`
}

/** Grows one environment through the sizes, and the same objects beside it by kubectl. */
async function* measure(sizes: number[]): AsyncGenerator<Measured> {
  const world = await startWorld()
  const plain = await startWorld()
  try {
    const done = { stacks: 0, annex: { clock: 0, processor: 0 }, kubectl: { clock: 0, processor: 0 }, objects: 0 }
    for (const size of sizes) {
      const { stacks } = world.project.writeTenants(grown(world.project.readTenants(), size))
      const tenants = stackedTenants(world.project)
      for (let stack = done.stacks + 1; stack <= Object.keys(stacks).length; stack++) {
        const objects = tenants.filter((it) => it.stack === stack).flatMap((it) => objectsOf(it, world.surroundings))
        await world.project.openStack('tenants', stackName(environment, stack))
        const annex = await taken(() => world.project.up('tenants', stackName(environment, stack)))
        const kubectl = await taken(() => apply(plain, objects))
        done.stacks = stack
        done.annex = sum(done.annex, annex)
        done.kubectl = sum(done.kubectl, kubectl)
        done.objects += objects.length
        console.log(`  stack ${stack} of ${Object.keys(stacks).length}: ${objects.length} objects, annex ${shown(annex)}, kubectl ${shown(kubectl)}`)
      }
      assertThere(world.cluster, size)
      assertThere(plain.cluster, size)
      const server = serverOf(world.cluster.kubeconfig)
      yield {
        size, ...done,
        change: middle(await inTurn(changes, (round) => changeOne(world.project, round))),
        admission: { tenant: await podAdmission(server, 'tenant-1'), other: await podAdmission(server, 'default') },
      }
    }
  } finally {
    for (const { cluster, project } of [world, plain]) {
      await cluster.stop()
      project.remove()
    }
  }
}

interface World { cluster: Cluster; project: StackedEnvironment; surroundings: ReturnType<typeof surroundings> }

/** A cluster with the platform on it. */
async function startWorld(): Promise<World> {
  const cluster = await startCluster()
  const project = openEnvironment(cluster)
  project.writeTenants('')
  await project.openStack('platform', environment)
  await project.up('platform', environment)
  const { config } = checkEnvironment(annexOptions(options(project)), 'none', undefined)
  return { cluster, project, surroundings: surroundings(config!) }
}

function options(project: StackedEnvironment): Record<string, unknown> {
  return (parse(project.read(`Pulumi.${environment}.yaml`)) as { config: Record<string, unknown> }).config
}

function stackedTenants(project: StackedEnvironment): StackedTenant[] {
  return checkEnvironment(annexOptions(options(project)), 'tenants', project.readTenants()).stacked
}

/** The file with new tenants at its end. */
function grown(text: string, size: number): string {
  const has = text.split('\n').filter((line) => line.startsWith('-')).length
  return text + tenantsFile(size - has, has + 1)
}

/** An update after another quota was given to one tenant. */
async function changeOne(project: StackedEnvironment, round: number): Promise<Taken> {
  project.writeTenants(project.readTenants().replace(/, name: tenant-1,( quota: \{[^}]*\},)?/, `, name: tenant-1, quota: {pods: ${30 + round}},`))
  return taken(async () => {
    const output = await project.up('tenants', stackName(environment, 1))
    // The quota of pods is one object.
    if (!/~ 1 updated/.test(output)) throw new Error(`a change of one tenant was to update one object:\n${output}`)
  })
}

async function apply({ cluster, project }: World, objects: object[]): Promise<void> {
  const file = path.join(project.root, 'objects.json')
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  await execa(toolPath('kubectl'), ['--kubeconfig', cluster.kubeconfigFile, 'apply', '--server-side', '--field-manager', 'annex', '-f', file])
}

function assertThere(cluster: Cluster, size: number): void {
  const found = cluster.kubectl('get', 'namespaces', '-l', 'paas-tier=tenant', '-o', 'name').split('\n').filter(Boolean).length
  if (found !== size) throw new Error(`${size} tenants were to be there, not ${found}`)
}

function middle(rounds: Taken[]): Taken {
  return { clock: median(rounds.map(({ clock }) => clock)), processor: median(rounds.map(({ processor }) => processor)) }
}

async function inTurn<T>(count: number, work: (round: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let round = 0; round < count; round++) results.push(await work(round))
  return results
}
