import { ConfigError } from '../kernel/errors.js'

/**
 * `value` without surrounding space, fit for an HTTP header. The runtime's own error for a bad header
 * quotes the value, which may be a key.
 *
 * @throws ConfigError
 */
export function headerValue(value: string, path: string): string {
  const trimmed = value.trim()
  if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(trimmed)) {
    throw new ConfigError(path, 'has a character that HTTP headers cannot have, such as a line break')
  }
  return trimmed
}

/** Headers of the connection, which the transport writes. Programs that forward incoming headers have them too. */
const OF_CONNECTION: ReadonlySet<string> = new Set(
  'connection,content-length,expect,keep-alive,proxy-connection,te,trailer,transfer-encoding,upgrade'.split(','),
)

/** @throws ConfigError without the value, which may be a key. */
export function headerName(name: string, path: string): void {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) throw new ConfigError(path, 'holds a name that is no HTTP header name')
  if (OF_CONNECTION.has(name.toLowerCase()))
    throw new ConfigError(path, `\`${name}\` is written by the connection itself; leave it out`)
}
