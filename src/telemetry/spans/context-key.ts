/**
 * A key for a value in an OpenTelemetry context. It is the symbol that the API's `createContextKey` makes, so copies of this
 * package share the values. Made here because keys are constants, and the API must not load at import.
 */
export function contextKey(name: string): symbol {
  return Symbol.for(name)
}
