import { createStack } from '../stack.ts'
import { bareHosts, settingsOf } from './settings.ts'

/** What a stack file makes, but for the preflight, which asks real hosts, and transforms, which mocks do not call. */
export function program(file: string): void {
  const settings = settingsOf(file)
  createStack(settings, bareHosts(settings))
}
