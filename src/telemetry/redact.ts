/** The user's redactor, so that nothing which it would have removed leaks through a fault of its own. */
import { isObject } from '../kernel/json.js'
import { jsonCopy } from './content-limit.js'
import { countFault, guard, isThenable, runHook } from '../kernel/guard.js'
import { type TelemetryPart, type TelemetrySettings } from './settings.js'

/** Returns the part as it may be recorded; `undefined` when it must not be. */
export type Redactor = (part: TelemetryPart) => TelemetryPart | undefined

/**
 * A redactor that throws, that returns a promise, or that returns something that is not a part hides the
 * part. It works on a copy, since parts may refer to the program's own objects: the JSON that would be recorded.
 */
export function redactorOf(redact: TelemetrySettings['redact']): Redactor {
  if (!redact) return (part) => part
  return (part) => {
    const kept: unknown = guard('redact', () => redact(jsonCopy(part) as TelemetryPart))
    if (kept === undefined || kept === null) return undefined
    if (guard('redact', () => isPart(kept))) return kept as TelemetryPart
    countFault('redact')
    runHook('redact', () => kept)
    return undefined
  }
}

function isPart(value: unknown): boolean {
  return isObject(value) && typeof value['type'] === 'string' && !isThenable(value)
}
