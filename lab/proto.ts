import { openEnvironment } from '/work/wt-scale/lab/scale/environment.ts'
import { startCluster } from '/work/wt-scale/test/lab/pulumi/cluster.ts'
const cluster = await startCluster()
const env = openEnvironment(cluster)
console.log(env.root)
const t = (name: string, s: number) => console.log(name, ((Date.now() - s) / 1000).toFixed(1))
try {
  let s = Date.now(); await env.up('platform', 'scale'); t('platform', s)
  const n = Number(process.argv[2])
  const list = (n: number) => Array.from({ length: n }, (_, i) => `- {name: tenant-${i + 1}, group: 'annex:tenant-${i + 1}'}\n`).join('')
  console.log(env.writeTenants(list(n)).stacks)
  s = Date.now(); console.log((await env.up('tenants', 'scale-01')).split('\n').slice(-8).join('\n')); t('up', s)
  s = Date.now(); console.log((await env.up('tenants', 'scale-01')).split('\n').slice(-8).join('\n')); t('again', s)
  env.writeTenants(env.readTenants().replace('tenant-1, group', "tenant-1, quota: {cpu: '3'}, group"))
  s = Date.now(); console.log((await env.up('tenants', 'scale-01')).split('\n').slice(-8).join('\n')); t('change', s)
} finally { await cluster.stop(); if (!process.argv[3]) env.remove() }
