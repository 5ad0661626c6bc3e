/** For webpack and Rspack. */
import path from 'node:path'
import { ownFile } from '../kernel/own-require.js'
import { createEntryFinder } from './entries.js'
import { withHandOver } from './added-line.js'

/** What the plugin uses of webpack: https://webpack.js.org/configuration/module/#modulerules */
export interface WebpackCompiler {
  readonly options: { readonly module: { readonly rules: unknown[] } }
}

/** A plugin, as `plugins` of webpack takes it. */
export interface WebpackPlugin {
  /** webpack calls it. */
  apply(compiler: WebpackCompiler): void
}

/**
 * Plugin for webpack and Rspack: SDKs that they bundle hand themselves to `autolog()`, so that their calls are traced.
 *
 * @example
 * ```js
 * export default { target: 'node', plugins: [webpackPlugin()] }
 * ```
 */
export function webpackPlugin(): WebpackPlugin {
  const find = createEntryFinder()
  return {
    apply({ options }) {
      options.module.rules.push({
        test: (file: string) => find(file) !== undefined,
        // Many packages say that importing them has no effect, and then what only hands a module on is left out.
        sideEffects: true,
        enforce: 'pre',
        use: [{ loader: path.join(path.dirname(ownFile() ?? ''), 'webpack-loader.cjs') }],
      })
    },
  }
}

let findEntry: ReturnType<typeof createEntryFinder> | undefined

/** The loader of the plugin, which webpack calls in the context of a module. */
export function webpackLoader(this: { readonly resourcePath: string }, source: string): string {
  findEntry ??= createEntryFinder()
  const entry = findEntry(this.resourcePath)
  return entry ? withHandOver(source, this.resourcePath, entry) : source
}
