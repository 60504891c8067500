import '../plugin/compile-cache.ts'

// Imported only now, so that the cache holds it too.
await import('./host.ts')
