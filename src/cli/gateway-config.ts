/** The configuration of `tracestitch gateway`: a file, or what the environment has keys for. */
import { existsSync, readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseConfig } from '../config/reading.js'
import { gatewayFile, type GatewayFile } from '../gateway/gateway-shapes.js'
import { ConfigError } from '../kernel/errors.js'
import { isObject, typeName } from '../kernel/json.js'
import { redisCache, redisStore } from '../redis.js'
import type { Environment } from '../router/environment.js'
import type { ClientOptions } from '../router/options.js'
import { checkShape } from '../router/validate.js'
import { modelsOf } from './environment-models.js'
import { withEnvironment } from './environment-references.js'
import { reasonOf } from './file.js'
import { kindOf } from './foreign-config.js'

export interface GatewayConfig {
  readonly client: ClientOptions
  readonly gateway: GatewayFile
  /** Where it comes from, in words. */
  readonly from: string
  /** What could not be read of the configuration of another router. */
  readonly warnings: readonly string[]
}

const EXTENSIONS = ['json', 'yaml', 'yml', 'ts', 'mts', 'js', 'mjs', 'cjs']
const MODULES: ReadonlySet<string> = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'])

/** The file that is meant: the named one, or `tracestitch.json` and its like in this folder. */
export function configFile(named: string | undefined): string | undefined {
  return named ?? EXTENSIONS.map((extension) => `tracestitch.${extension}`).find((name) => existsSync(name))
}

/** @throws ConfigError for a file that cannot be used, or when there is none and the environment has no key. */
export async function readGatewayConfig(file: string | undefined, env: Environment): Promise<GatewayConfig> {
  if (file === undefined) return fromEnvironment(env)
  const read = MODULES.has(extname(file)) ? await loadModule(file) : withEnvironment(parseFile(file), env)
  if (!isObject(read)) throw new ConfigError(file, `expected an object of options, got ${typeName(read)}`)
  const kind = kindOf(read)
  if (kind) {
    const { options, warnings } = kind.read(read, undefined)
    return { client: options, gateway: {}, from: file, warnings }
  }
  const { gateway = {}, ...client } = read
  checkShape(gatewayFile, { gateway })
  const checked = gateway as GatewayFile
  return { client: withRedis(client as ClientOptions, checked), gateway: checked, from: file, warnings: [] }
}

function fromEnvironment(env: Environment): GatewayConfig {
  const { options, providers } = modelsOf(env)
  if (providers.length === 0) {
    throw new ConfigError(
      '',
      'there is nothing to serve: set the key of a provider, such as OPENAI_API_KEY, or name a file with --config; `tracestitch providers` lists the variables',
    )
  }
  return { client: options, gateway: {}, from: `keys in the environment (${providers.join(', ')})`, warnings: [] }
}

function parseFile(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(file, `cannot be read: ${reasonOf(error)}`)
  }
  return parseConfig(text, file)
}

let loads = 0

/** The default export, or what it returns. Each load reads the file anew. */
async function loadModule(file: string): Promise<unknown> {
  const url = pathToFileURL(resolve(file))
  if (loads > 0) url.searchParams.set('load', String(loads))
  loads += 1
  let loaded: { readonly default?: unknown }
  try {
    loaded = (await import(url.href)) as typeof loaded
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new ConfigError(
        file,
        `Node ${process.version} does not read TypeScript: use Node 22.18 or later, or a .mjs file`,
      )
    throw new ConfigError(file, `cannot be loaded: ${reasonOf(error)}`, { cause: error })
  }
  const options = loaded.default
  return typeof options === 'function' ? (options as () => unknown)() : options
}

function withRedis(client: ClientOptions, { redis }: GatewayFile): ClientOptions {
  if (redis === undefined) return client
  const { cache } = client
  return {
    ...client,
    store: client.store ?? redisStore(redis),
    ...(cache && { cache: { store: redisCache(redis), ...(cache === true ? {} : cache) } }),
  }
}
