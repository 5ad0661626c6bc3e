/**
 * V8 allocates a function literal that is assigned to a property among the objects that live long, and what it refers to then
 * waits for a full collection. Nothing that belongs to one call may be made so: autolog cost twice as much once.
 */
import { assignedFunctionsOf, type Sources } from './sources.js'

/** Properties that get their function once, and not once for each call. */
export const assignedOnce: Readonly<Record<string, readonly string[]>> = {
  'src/autolog/engine.ts': ['addModules'],
  'src/autolog/find/roots.ts': ['prepareStackTrace'],
  'src/client/admission/gates.ts': ['headroomFrom'],
  'src/telemetry/set-up/global-api.ts': ['_getContextManager'],
  'src/telemetry/forwarding-provider.ts': ['getTracer'],
  'src/telemetry/export/otlp-exporter.ts': ['endBackoff'],
}

export function assignedFunctions(sources: Sources, allowed = assignedOnce): string[] {
  const complaints: string[] = []
  for (const [path, text] of sources) {
    const known = allowed[path] ?? []
    const found = assignedFunctionsOf(path, text)
    for (const name of found) {
      if (!known.includes(name)) complaints.push(`${path} assigns a function literal to .${name}: use assign()`)
    }
    for (const name of known) if (!found.includes(name)) complaints.push(`${path} assigns no function to .${name}`)
  }
  return complaints
}
