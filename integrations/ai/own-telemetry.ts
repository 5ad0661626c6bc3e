/** The telemetry of `ai` 5 and 6 themselves, which a call turns on with `experimental_telemetry`. */
import { isObject, path } from '../../src/autolog/contract.js'
import { translations } from './translations.js'

/**
 * A copy of the options of a call with that telemetry on, unless the program has set it.
 *
 * @param settings - Settings of an agent, which apply if the options do not have it.
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
  // The program has passed a tracer without turning telemetry on, so it gets no spans.
  if (isEnabled === undefined || isEnabled === null) return { ...said, isEnabled: true, tracer: undefined }
  const ours = isEnabled === true && isObject(tracer) ? translations.get(tracer) : undefined
  return ours ? { ...said, tracer: ours } : said
}
