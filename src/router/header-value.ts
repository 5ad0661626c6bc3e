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
    throw new ConfigError(path, 'holds a character that no HTTP header can carry, such as a line break')
  }
  return trimmed
}

/** @throws ConfigError that does not quote it: somebody may have put a key there. */
export function headerName(name: string, path: string): void {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) throw new ConfigError(path, 'holds a name that is no HTTP header name')
}
