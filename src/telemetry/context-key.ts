/**
 * A key for a value on an OpenTelemetry context: the symbol that `createContextKey` of the API makes, so that copies of this
 * package share what they put there. Made here, as constants are made at import, when the API is not loaded yet.
 */
export function contextKey(name: string): symbol {
  return Symbol.for(name)
}
