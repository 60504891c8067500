/** Everything that package.json's scripts do; `lab/run` starts it. */
import { enableCompileCache } from 'node:module'
import { ExecaError } from 'execa'
import { cacheFolder } from '../tools/cache.ts'

enableCompileCache(cacheFolder('node'))

const usage = `npm start                              bring everything up, and check it
npm test; npm run test:all             the tests; with those that take long
npm run prove [-- --quick]             attack a tenant of the stack that is up, from inside; writes report/
npm run down                           take everything away again
npm run shell [-- COMMAND...]          a shell, or one command, where kubectl and pulumi talk to the lab
npm run ssh HOST [-- COMMAND...]       log in to a host, or run one command there
npm run lab up|down|status             the lab alone
npm run lab route [add RANGE NEXT-HOP | remove RANGE]
                                       the cloud's route table
npm run lab fault [NAME ...]           break something on purpose; without a name: what there is
npm run bench [-- scale [SIZE ...]]     measure the join, the policies and the tenants; the tenants alone, at these numbers
npm run tools`

/** Each command loads only what it needs. @returns the exit code */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  start: async () => Number(!(await (await import('./start.ts')).start())),
  test: async (args) => Number(!(await (await import('./test.ts')).test(args.includes('--all')))),
  prove: async (args) => {
    (await import('./shell.ts')).requireLab()
    return (await import('./proof.ts')).attackLab(args)
  },
  down,
  shell: async (args) => (await import('./shell.ts')).shell(args),
  ssh: async (args) => (await import('./shell.ts')).ssh(args),
  bench,
  tools: async () => done((await import('../tools/tools.ts')).ensureTools()),
  lab,
}

async function down(): Promise<number> {
  await (await import('./lab.ts')).down()
  console.log(`The lab is gone. What it was made of stays in ${cacheFolder()}, its logs in .lab/log.`)
  return 0
}

async function lab([command = 'status', ...args]: string[]): Promise<number> {
  if (['route', 'fault'].includes(command)) (await import('./network.ts')).refuseForeignNetwork()
  switch (command) {
    case 'up':
      return done((await import('./lab.ts')).up())
    case 'down':
      return down()
    case 'status':
      for (const { what, state } of (await import('./lab.ts')).status()) console.log(`${state.padEnd(5)}${what}`)
      return 0
    case 'route':
      return route(args)
    case 'fault':
      return done((await import('./faults.ts')).fault(args))
    default:
      return misused(`npm run lab has no command ${JSON.stringify(command)}`)
  }
}

async function bench([what, ...sizes]: string[]): Promise<number> {
  if (what === undefined) return (await import('./bench.ts')).bench()
  if (what !== 'scale' || !sizes.every((size) => /^[1-9]\d{0,3}$/.test(size))) return misused('npm run bench: nothing, or "scale" with numbers of tenants from 1 to 9999')
  return Number(!(await (await import('./scale/bench.ts')).benchScale(sizes.length > 0 ? sizes.map(Number) : undefined)))
}

async function route([command = 'list', range, nextHop]: string[]): Promise<number> {
  const { addCloudRoute, cloudRoutes, removeCloudRoute } = await import('./network.ts')
  if (command === 'add' && range !== undefined && nextHop !== undefined) return done(addCloudRoute({ range, nextHop }))
  if (command === 'remove' && range !== undefined) return done(removeCloudRoute(range))
  if (command !== 'list') return misused('npm run lab route: add RANGE NEXT-HOP, remove RANGE, or list')
  for (const entry of await cloudRoutes()) console.log(`${entry.range} via ${entry.nextHop}`)
  return 0
}

async function done(work: Promise<unknown>): Promise<number> {
  await work
  return 0
}

function misused(fault: string): number {
  console.error(`${fault}\n\n${usage}`)
  return 2
}

async function main([command, ...args]: string[]): Promise<number> {
  if (command === undefined || !(command in commands)) return misused(`there is no command ${JSON.stringify(command)}`)
  return commands[command]!(args.filter((arg, index) => !(arg === '--' && index < 2)))
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}

/** What went wrong, for a person; the stack trace only where nobody foresaw the error. */
function explain(error: unknown): string {
  if (process.env['ANNEX_DEBUG'] !== undefined) return error instanceof Error ? String(error.stack) : String(error)
  if (error instanceof ExecaError) return [error.shortMessage, String(error.all ?? error.stderr ?? '')].join('\n').trim()
  return error instanceof Error ? error.message : String(error)
}
