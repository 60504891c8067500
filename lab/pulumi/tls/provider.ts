/**
 * Stand-in for pulumi-resource-tls 5.5.1.
 */
import { makeBridgedProvider } from '../bridge/bridge.ts'
import { serveProvider, type Provider } from '../plugin/provider.ts'
import { RESOURCES } from './resources.ts'

export const makeProvider = (): Provider => makeBridgedProvider('tls', RESOURCES)

export const serve = () => serveProvider(makeProvider)
