import '../plugin/compile-cache.ts'

// Imported only now, so that the cache holds it too.
const { serve } = await import('./provider.ts')
await serve()
