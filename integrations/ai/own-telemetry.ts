/** The telemetry that `ai` 5 and 6 have of their own, which a call asks for with `experimental_telemetry`. */
import { isObject, path } from '../../src/autolog/contract.js'
import { translations } from './translations.js'

/**
 * The options of a call with that telemetry on, as a copy, unless the program has said whether it wants it.
 *
 * @param settings - Of an agent, where the options leave it to these.
 */
export function withOwnTelemetry(options: unknown, settings?: unknown): unknown {
  if (!isObject(options)) return options
  const said = options['experimental_telemetry'] ?? path(settings, 'experimental_telemetry')
  const telemetry = asked(isObject(said) ? said : {})
  if (telemetry === said) return options
  const copy = Object.create(Object.getPrototypeOf(options) as object | null) as object
  return Object.assign(copy, options, { experimental_telemetry: telemetry })
}

function asked(said: Readonly<Record<string, unknown>>): object {
  const { isEnabled, tracer } = said
  // A tracer that is given without the flag gets no spans of the program's wish.
  if (isEnabled === undefined || isEnabled === null) return { ...said, isEnabled: true, tracer: undefined }
  const ours = isEnabled === true && isObject(tracer) ? translations.get(tracer) : undefined
  return ours ? { ...said, tracer: ours } : said
}
