/** `npm run bench -- scale [SIZE ...]`: how the time for tenants grows with their number, and what a change of one costs among many. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { renderTenant } from '../../components/tenant-isolation/render.ts'
import { surroundings } from '../../config/arguments.ts'
import { checkEnvironment, type StackedTenant } from '../../config/check-stacked.ts'
import { annexOptions, stackOptions } from '../../config/stack-options.ts'
import { readTenants, stackName, tenantsPerStack } from '../../config/stacked-tenants.ts'
import { type Cluster, startCluster } from '../../test/lab/pulumi/cluster.ts'
import { toolPath } from '../../tools/tools.ts'
import { tenantManifests } from '../tenant-manifests.ts'
import { podAdmission, serverOf } from './admission.ts'
import { environment, openEnvironment, type StackedEnvironment } from './environment.ts'
import { growthExponent, median, sum, type Taken, taken } from './figures.ts'
import { tenantsFile } from './tenants.ts'

/** The issue's sizes and bars. */
const issueSizes = [1, 25, 250, 1000]
const mostExponent = 1.1
const mostChange = 1.2
const changes = 5

interface Measured {
  size: number
  stacks: number
  objects: number
  /** Until all tenants are there, with one stack after the other. */
  annex: Taken
  /** `kubectl apply --server-side` of the same objects, one file a stack. */
  kubectl: Taken
  /** Milliseconds to admit a pod of a tenant, and one where no tenant is. */
  admission: { tenant: number; other: number }
}

/** Updates that change one tenant of 25, and of the largest size. */
interface Changes { few: Taken; many: Taken }

/**
 * Prints a line a size, then how the time grows from one full stack on, and with it that of a change. What is measured is the program of `tenants/` with its
 * stacks' states in a folder, on a real API server with etcd and controllers on this machine, without hosts (platform.ts says what stands for the platform).
 * The bars are held by the processors' seconds, which do not count what else the machine does.
 * @returns whether they hold
 */
export async function benchScale(sizes: readonly number[] = issueSizes): Promise<boolean> {
  // A size that fills its stacks is the beginning of every larger one.
  const whole = sizes.filter((size) => size % tenantsPerStack === 0).sort((a, b) => a - b)
  for (const size of sizes.filter((it) => !whole.includes(it))) await withWorld((world) => withWorld((plain) => grow(world, plain, [size])))
  if (whole.length === 0) return true
  return withWorld(async (world) => {
    const measured = await withWorld((plain) => grow(world, plain, whole))
    return whole.length === 1 || judge(measured, await withWorld((few) => changeInTurn(few, world)))
  })
}

function judge(measured: Measured[], { few, many }: Changes): boolean {
  const [first, last] = [measured[0]!, measured.at(-1)!]
  const exponent = (of: 'annex' | 'kubectl', by: keyof Taken) => growthExponent(measured.map((one) => ({ size: one.objects, seconds: one[of][by] })))
  const ratio = (by: keyof Taken) => many[by] / few[by]
  console.log(`scale, from ${first.size} to ${last.size} tenants: the time grows with the power ${exponent('annex', 'clock').toFixed(2)} of the objects, that of processors ${exponent('annex', 'processor').toFixed(2)} (at most ${mostExponent}); `
    + `kubectl ${exponent('kubectl', 'clock').toFixed(2)} and ${exponent('kubectl', 'processor').toFixed(2)}`)
  console.log(`scale, a change of one tenant: of ${tenantsPerStack} ${shown(few)}, of ${last.size} ${shown(many)}: ${ratio('clock').toFixed(2)} times as long, ${ratio('processor').toFixed(2)} times of processors (at most ${mostChange})`)
  return exponent('annex', 'processor') <= mostExponent && ratio('processor') <= mostChange
}

function shown({ clock, processor }: Taken): string {
  return `${clock.toFixed(1)} s (${processor.toFixed(1)} s of processors)`
}

/** Grows one environment through the sizes, and the same objects beside it by kubectl. */
async function grow(world: World, plain: World, sizes: number[]): Promise<Measured[]> {
  const measured: Measured[] = []
  const done = { stacks: 0, annex: { clock: 0, processor: 0 }, kubectl: { clock: 0, processor: 0 }, objects: 0 }
  for (const size of sizes) {
    const { stacks } = world.project.writeTenants(grown(world.project.readTenants(), size))
    const count = Object.keys(stacks).length
    const tenants = stackedTenants(world.project)
    for (let stack = done.stacks + 1; stack <= count; stack++) {
      const objects = tenants.filter((it) => it.stack === stack).flatMap((it) => tenantManifests(renderTenant(it, world.surroundings)))
      await world.project.openStack('tenants', stackName(environment, stack))
      const annex = await taken(() => world.project.up('tenants', stackName(environment, stack)))
      const kubectl = await taken(() => apply(plain, objects))
      Object.assign(done, { stacks: stack, annex: sum(done.annex, annex), kubectl: sum(done.kubectl, kubectl), objects: done.objects + objects.length })
      console.log(`  stack ${stack} of ${count}: ${objects.length} objects, annex ${shown(annex)}, kubectl ${shown(kubectl)}`)
    }
    for (const { cluster } of [world, plain]) assertThere(cluster, size)
    const server = serverOf(world.cluster.kubeconfig)
    const admission = { tenant: await podAdmission(server, 'tenant-1'), other: await podAdmission(server, 'default') }
    measured.push({ size, ...done, admission })
    console.log(`scale, ${size} ${size === 1 ? 'tenant' : 'tenants'} in ${count} ${count === 1 ? 'stack' : 'stacks'}: ${done.objects} objects; annex ${shown(done.annex)}, kubectl apply --server-side ${shown(done.kubectl)}; `
      + `a pod is admitted in ${admission.tenant.toFixed(1)} ms, ${admission.other.toFixed(1)} ms where no tenant is`)
  }
  return measured
}

/** One after the other in turn, so that whatever else the machine does meets both. */
async function changeInTurn(few: World, many: World): Promise<Changes> {
  few.project.writeTenants(tenantsFile(tenantsPerStack))
  await few.project.openStack('tenants', stackName(environment, 1))
  await few.project.up('tenants', stackName(environment, 1))
  const rounds: Changes[] = []
  for (let round = 0; round < changes; round++) rounds.push({ few: await changeOne(few.project, round), many: await changeOne(many.project, round) })
  const middle = (of: keyof Changes): Taken => ({ clock: median(rounds.map((it) => it[of].clock)), processor: median(rounds.map((it) => it[of].processor)) })
  return { few: middle('few'), many: middle('many') }
}

interface World { cluster: Cluster; project: StackedEnvironment; surroundings: ReturnType<typeof surroundings> }

/** A cluster with the platform on it, for as long as it is used. */
async function withWorld<T>(use: (world: World) => Promise<T>): Promise<T> {
  const cluster = await startCluster()
  const project = openEnvironment(cluster)
  try {
    project.writeTenants('')
    await project.openStack('platform', environment)
    await project.up('platform', environment)
    const { config } = checkEnvironment(options(project), readTenants('', 'none'))
    return await use({ cluster, project, surroundings: surroundings(config!) })
  } finally {
    await cluster.stop()
    project.remove()
  }
}

function options(project: StackedEnvironment): Record<string, unknown> {
  return annexOptions(stackOptions(project.read(`Pulumi.${environment}.yaml`)).options)
}

function stackedTenants(project: StackedEnvironment): StackedTenant[] {
  return checkEnvironment(options(project), readTenants(project.readTenants(), 'tenants')).stacked
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
