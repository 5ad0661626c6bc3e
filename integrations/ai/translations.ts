/** Tracers of the provider that records our spans, and what stands for each so that the spans of `ai` become ours. */
import type { Tracer } from '@opentelemetry/api'

export const translations = new WeakMap<object, Tracer>()
