/** For Next.js, whose server bundles packages unless it is told to leave them out. */
import { tracedPackages } from './entries.js'

/** Fields of https://nextjs.org/docs/app/api-reference/config/next-config-js that are read. */
interface NextConfig {
  readonly serverExternalPackages?: readonly string[]
  readonly transpilePackages?: readonly string[]
}

/** The field that is set. */
export interface ExternalPackages {
  /** Packages that stay out of the bundle of the server. */
  serverExternalPackages: string[]
}

/**
 * A configuration of Next.js 15 or later that leaves `tracestitch` and all SDKs that `autolog()` knows out of the bundle of
 * the server, with webpack and with Turbopack, so that calls are traced. The names go to `serverExternalPackages`; what
 * `transpilePackages` names is left as it is.
 *
 * @param config - The configuration, or the function that makes it.
 * @example
 * ```js
 * export default withAutolog({ reactStrictMode: true })
 * ```
 */
export function withAutolog<Arguments extends unknown[], Config extends object>(
  config: (...args: Arguments) => Config | Promise<Config>,
): (...args: Arguments) => Promise<Config & ExternalPackages>
export function withAutolog<Config extends object = object>(config?: Config): Config & ExternalPackages
export function withAutolog(config: object | ((...args: unknown[]) => unknown) = {}): object {
  if (typeof config !== 'function') return external(config)
  const make = config as (...args: unknown[]) => object | Promise<object>
  return async (...args: unknown[]) => external(await make(...args))
}

function external(config: object): object {
  const { serverExternalPackages = [], transpilePackages = [] } = config as NextConfig
  const names = ['tracestitch', ...tracedPackages()].filter((name) => !transpilePackages.includes(name))
  return { ...config, serverExternalPackages: [...new Set([...serverExternalPackages, ...names])] }
}
