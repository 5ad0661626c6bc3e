/** For esbuild, and for what stands on it, such as tsup. */
import { readFile } from 'node:fs/promises'
import { createEntryFinder, tracedPackages } from './entries.js'
import { withHandOver } from './added-line.js'

interface Resolved {
  readonly path: string
  readonly external: boolean
  readonly errors: readonly unknown[]
  readonly namespace: string
  readonly suffix: string
}

type ImportKind =
  | 'entry-point'
  | 'import-statement'
  | 'require-call'
  | 'dynamic-import'
  | 'require-resolve'
  | 'import-rule'
  | 'composes-from'
  | 'url-token'

interface ResolveArguments {
  readonly path: string
  readonly importer: string
  readonly namespace: string
  readonly resolveDir: string
  readonly kind: ImportKind
  readonly pluginData: unknown
}

/** What the plugin uses of esbuild: https://esbuild.github.io/plugins/ */
export interface EsbuildBuild {
  onResolve(
    options: { filter: RegExp },
    resolve: (
      args: ResolveArguments,
    ) => Promise<{ path: string; namespace: string; suffix: string; sideEffects: boolean } | undefined>,
  ): void
  onLoad(
    options: { filter: RegExp },
    load: (args: { readonly path: string }) => Promise<{ contents: string; loader: 'js' } | undefined>,
  ): void
  resolve(
    path: string,
    options: { importer: string; namespace: string; resolveDir: string; kind: ImportKind; pluginData: unknown },
  ): Promise<Resolved>
}

/** A plugin, as `plugins` of esbuild takes it. */
export interface EsbuildPlugin {
  /** `tracestitch`. */
  readonly name: string
  /** esbuild calls it. */
  setup(build: EsbuildBuild): void
}

/** Marks the question that the plugin itself asks. */
const ASKED = { askedBy: 'tracestitch' }

/**
 * Plugin for esbuild: SDKs that it bundles hand themselves to `autolog()`, so that their calls are traced.
 *
 * @example
 * ```js
 * await build({ entryPoints: ['main.js'], bundle: true, platform: 'node', plugins: [esbuildPlugin()] })
 * ```
 */
export function esbuildPlugin(): EsbuildPlugin {
  const names = tracedPackages().map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  const find = createEntryFinder()
  return {
    name: 'tracestitch',
    setup(build) {
      // Many packages say that importing them has no effect, and then what only hands a module on is left out.
      build.onResolve({ filter: new RegExp(`^(?:${names.join('|')})(?:/|$)`) }, async (args) => {
        if (args.pluginData === ASKED) return undefined
        const { importer, namespace, resolveDir, kind } = args
        const found = await ask(() =>
          build.resolve(args.path, { importer, namespace, resolveDir, kind, pluginData: ASKED }),
        )
        if (!found || found.external || found.errors.length > 0 || !find(found.path)) return undefined
        return { path: found.path, namespace: found.namespace, suffix: found.suffix, sideEffects: true }
      })
      build.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
        const entry = find(path)
        return entry && { contents: withHandOver(await readFile(path, 'utf8'), path, entry), loader: 'js' }
      })
    },
  }
}

/** Bun takes the plugins of esbuild, but cannot be asked: oven-sh/bun#2771. It keeps what `onLoad` adds without it. */
async function ask(resolve: () => Promise<Resolved>): Promise<Resolved | undefined> {
  if ((globalThis as { Bun?: unknown }).Bun !== undefined) return undefined
  return resolve()
}
