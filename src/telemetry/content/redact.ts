/** Runs the user's redactor so that a fault in it never leaks what it would have removed. */
import { isObject } from '../../kernel/json.js'
import { jsonCopy } from './content-limit.js'
import { countFault, guard, isThenable, runHook } from '../../kernel/guard.js'
import { type TelemetryPart, type TelemetrySettings } from '../settings.js'

/** Returns the part as it may be recorded; `undefined` when it must not be. */
export type Redactor = (part: TelemetryPart) => TelemetryPart | undefined

/**
 * Hides a part if the redactor throws, returns a promise, or returns something that is no part. The redactor gets a copy, the JSON
 * that would be recorded, because parts may refer to the program's own objects.
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
