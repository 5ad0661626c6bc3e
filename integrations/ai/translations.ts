/** For each tracer of the provider that records our spans, the tracer that replaces it and makes the spans of `ai` ours. */
import type { Tracer } from '@opentelemetry/api'

export const translations = new WeakMap<object, Tracer>()
