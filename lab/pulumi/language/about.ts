/**
 * What `pulumi about` and `pulumi install` ask of the language host.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { findNode } from './run.ts'

/** The version of the SDK that is installed beside this host, with a leading `v`. */
export function version(): string {
  return `v${createRequire(import.meta.url)('@pulumi/pulumi/package.json').version}`
}

export async function about(programDirectory: string) {
  // Loaded here: the host starts with every preview and up, and only `pulumi about` needs it.
  const { execa } = await import('execa')
  const executable = findNode()
  const require = createRequire(join(programDirectory, 'program'))
  const metadata: { [key: string]: string } = {
    packagemanager: 'npm',
    packagemanagerVersion: (await execa('npm', ['--version'])).stdout,
  }
  try {
    metadata.typescriptVersion = require('typescript/package.json').version
  } catch {
    // The program does without TypeScript.
  }
  return { executable, version: (await execa(executable, ['--version'])).stdout, metadata }
}

/** Runs `npm install` in the program's folder. */
export async function installDependencies(
  folder: string,
  output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void,
): Promise<void> {
  output('stdout', Buffer.from('Installing dependencies...\n\n'))
  const npm = spawn('npm', ['install', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  npm.stdout.on('data', (bytes: Uint8Array) => output('stdout', bytes))
  npm.stderr.on('data', (bytes: Uint8Array) => output('stderr', bytes))
  const code = await new Promise((resolve, reject) => npm.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`npm install in ${folder} ended with exit code ${code}`)
  output('stdout', Buffer.from('Finished installing dependencies\n\n'))
}
