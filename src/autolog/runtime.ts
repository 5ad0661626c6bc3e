/** The parts of Node's module loader that the engine uses, the same in the ESM and the CJS build. */
import Module from 'node:module'
import { ownFile, requireFromHere } from '../kernel/own-require.js'

export { ownFile, requireFromHere }

export interface LoadedModule {
  exports: unknown
  filename: string | null
  loaded: boolean
  paths: string[]
}

export interface ResolveResult {
  url: string
  format?: string | null | undefined
  shortCircuit?: boolean
}

export interface LoadResult {
  format: string | null | undefined
  source?: string | ArrayBuffer | Uint8Array | null | undefined
  shortCircuit?: boolean
}

type Context = Readonly<Record<string, unknown>>

export interface SyncHooks {
  resolve?: (
    specifier: string,
    context: Context,
    next: (specifier: string, context: Context) => ResolveResult,
  ) => ResolveResult
  load?: (url: string, context: Context, next: (url: string, context: Context) => LoadResult) => LoadResult
}

type LoadFunction = (this: unknown, request: string, parent?: LoadedModule | null, isMain?: boolean) => unknown

interface PnpLocator {
  readonly name: string | null
  readonly reference: string | null
}

/** The part of `pnpapi`, a module of Yarn's runtime, that is used: https://yarnpkg.com/advanced/pnpapi */
export interface PnpApi {
  readonly topLevel: PnpLocator
  /** Since Yarn 2.0: `VERSIONS.getAllLocators`. */
  readonly getAllLocators?: () => readonly PnpLocator[]
  readonly getPackageInformation: (locator: PnpLocator) => {
    readonly packageLocation: string
    /** Names, each with a reference, or the name and reference that it is an alias of. */
    readonly packageDependencies: ReadonlyMap<string, string | readonly [string, string] | null>
  } | null
}

/** What `node:module` exports beyond its types. All that is optional is tested before it is used. */
export interface ModuleInternals {
  readonly prototype?: { readonly _compile?: unknown }
  new (id: string): LoadedModule & { _compile?: (source: string, file: string, format: 'module') => unknown }
  _load?: LoadFunction
  /** The same as `require.cache`, where Node itself loads the modules. */
  _cache?: unknown
  /** Under Yarn's Plug'n'Play. */
  findPnpApi?: (lookupSource: string) => PnpApi | null
  _resolveFilename?: (request: string, parent?: LoadedModule | null, isMain?: boolean) => string
  /** https://nodejs.org/api/module.html#moduleregisterhooksoptions: Node 22.15 and later. */
  registerHooks?: (hooks: SyncHooks) => { deregister(): void }
}

export const moduleInternals = Module as unknown as ModuleInternals

/** All CJS modules of the process by file name; on Bun the ES modules too. */
export function loadedModules(): Record<string, LoadedModule | undefined> {
  return requireFromHere().cache as unknown as Record<string, LoadedModule | undefined>
}

/** Whether modules are in a registry of a test runner such as Jest, which has its own `require()` and `require.cache`. */
export function hasOwnRegistry(): boolean {
  const { _cache } = moduleInternals
  return _cache !== undefined && _cache !== loadedModules()
}

export const isBun = (): boolean => process.versions['bun'] !== undefined
export const isDeno = (): boolean => process.versions['deno'] !== undefined

/** The values of a Node flag such as `--conditions`, from the command line and `NODE_OPTIONS`. */
export function nodeFlags(...names: readonly string[]): string[] {
  const words = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)]
  return words.flatMap((word, index) => {
    const [name = '', value] = word.split('=', 2)
    return names.includes(name) ? [value ?? words[index + 1] ?? ''] : []
  })
}
