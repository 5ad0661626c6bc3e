/** `${NAME}` in a configuration file: the value of an environment variable. */
import { ConfigError } from '../kernel/errors.js'
import { isObject } from '../kernel/json.js'
import type { Environment } from '../router/environment.js'

/** `${NAME}`, or `${NAME:-default}` as shells have it. */
const REFERENCE = /\$\{(\w+)(?::-([^}]*))?\}/g

/** @throws ConfigError with the path, for a variable that is not set and has no default. */
export function withEnvironment(value: unknown, env: Environment, path = ''): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (_, name: string, otherwise: string | undefined) => {
      const found = env[name] || otherwise
      if (found !== undefined) return found
      throw new ConfigError(path, `names the environment variable ${name}, which is not set`)
    })
  }
  if (Array.isArray(value)) return value.map((item, i) => withEnvironment(item, env, `${path}[${i}]`))
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([name, item]) => {
    return [name, withEnvironment(item, env, path === '' ? name : `${path}.${name}`)] as const
  })
  return Object.fromEntries(entries)
}
