/**
 * Lets node keep compiled modules between runs: a plugin starts with every command of the CLI.
 * Set here and not in the environment, which commands and programs inherit.
 */
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

enableCompileCache(join(process.env.ANNEX_CACHE || join(homedir(), '.cache', 'annex'), 'compiled'))
