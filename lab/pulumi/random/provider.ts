/**
 * Stand-in for pulumi-resource-random 4.21.1.
 */
import { makeBridgedProvider } from '../bridge/bridge.ts'
import { serveProvider, type Provider } from '../plugin/provider.ts'
import { RESOURCES } from './resources.ts'

export const makeProvider = (): Provider => makeBridgedProvider('random', RESOURCES)

export const serve = () => serveProvider(makeProvider)
