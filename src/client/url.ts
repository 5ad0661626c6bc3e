/**
 * The address of an operation. A query of the base URL stays behind the path; a version that both the base
 * URL and the path name, as in `https://host/v1` with `/v1/messages`, is said once.
 */
export function operationURL(baseURL: string, path: string): string {
  const at = baseURL.indexOf('?')
  const base = (at === -1 ? baseURL : baseURL.slice(0, at)).replace(/\/+$/, '')
  const query = at === -1 ? '' : baseURL.slice(at)
  const version = /^\/v\d+(?=\/)/.exec(path)?.[0]
  const rest = version !== undefined && base.endsWith(version) ? path.slice(version.length) : path
  return base + rest + query
}
