/**
 * Decodes `key=value,key2=value2` with percent-encoding. `undefined` when any entry is malformed: then the
 * whole value is discarded (https://opentelemetry.io/docs/specs/otel/resource/sdk/).
 */
export function decodeResourceAttributes(text: string): Record<string, string> | undefined {
  const attributes: Record<string, string> = {}
  for (const entry of text.split(',')) {
    if (entry.trim() === '') continue
    const [key, value, ...rest] = entry.split('=').map((part) => part.trim())
    if (!key || value === undefined || rest.length > 0) return undefined
    try {
      attributes[decodeURIComponent(key)] = decodeURIComponent(value)
    } catch {
      // Malformed percent-encoding: the caller reports the variable.
      return undefined
    }
  }
  return attributes
}
