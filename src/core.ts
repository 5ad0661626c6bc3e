/** The client without the catalogue: for a program that names the wire formats and the providers which it uses. */
export { createClientWith, type ClientParts } from './client/with.js'
export type * from './client/index.js'
export { costOf } from './cost/price.js'
export * from './kernel/errors.js'
export { traced as trace, type StepKind, type TraceOptions } from './telemetry/step.js'
export { withContext, type Identity } from './telemetry/identity.js'
export { VERSION } from './kernel/version.js'
