/** For Rollup, Vite and Rolldown. */
import { createEntryFinder } from './entries.js'
import { withHandOver } from './added-line.js'

interface Transformed {
  code: string
  map: null
  moduleSideEffects: true
}

/** What is needed of https://rollupjs.org/plugin-development/ and, for `enforce`, of https://vite.dev/guide/api-plugin */
export interface RollupPlugin {
  /** `tracestitch`. */
  name: string
  /** For Vite: before its own plugins. */
  enforce: 'pre'
  /** The bundler calls it for each module. */
  transform: { order: 'pre'; handler: (code: string, id: string) => Transformed | null }
}

/**
 * Plugin for Rollup, Rolldown and Vite: SDKs that they bundle hand themselves to `autolog()`, so that their calls are traced.
 * Vite leaves packages out of a build for the server, unless `ssr.noExternal` says otherwise; those need no plugin.
 *
 * @example
 * ```js
 * export default { plugins: [rollupPlugin()], ssr: { noExternal: true } }
 * ```
 */
export function rollupPlugin(): RollupPlugin {
  const find = createEntryFinder()
  return {
    name: 'tracestitch',
    enforce: 'pre',
    transform: {
      // Before CommonJS modules are made ES modules.
      order: 'pre',
      handler(code, id) {
        const entry = id.startsWith('\0') || id.includes('?') ? undefined : find(id)
        return entry ? { code: withHandOver(code, id, entry), map: null, moduleSideEffects: true } : null
      },
    },
  }
}
