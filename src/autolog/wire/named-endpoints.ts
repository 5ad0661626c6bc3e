/** The option `endpoints` of `autolog()`, and its check. */
import { ConfigError } from '../../kernel/errors.js'
import { isObject, typeName } from '../../kernel/json.js'
import { PASSTHROUGH_IDS, PROTOCOL_IDS, type FormatId } from '../../kernel/protocol-ids.js'
import { describe, expecting, isOneOf, isText, isUrl, unknownName, type Check } from '../option-checks.js'

/** An endpoint of the user's own, whose requests are traced as they leave, whoever makes them. */
export interface NamedEndpoint {
  /** Where its addresses begin, such as `https://llm.internal/v1`: whole segments of the path. */
  readonly url: string
  /**
   * A provider of the catalogue whose API it has, such as `openai`, or a name of your own for `gen_ai.provider.name`. Default: the
   * maker of the format.
   */
  readonly provider?: string
  /** The format of every `POST` below `url`. Default: as the path says, such as `/chat/completions`. */
  readonly protocol?: FormatId
}

const FORMATS: readonly string[] = [...PROTOCOL_IDS, ...PASSTHROUGH_IDS]

const ENDPOINT: Record<keyof NamedEndpoint, Check> = {
  url: expecting('a URL such as https://llm.internal/v1', isUrl),
  provider: expecting('the name of a provider, such as openai', isText),
  protocol: expecting(`a wire format: ${FORMATS.join(', ')}`, isOneOf(FORMATS)),
}

/** @throws {ConfigError} for the first that is none, with its place. */
export function checkEndpoints(endpoints: readonly unknown[]): void {
  for (const [index, endpoint] of endpoints.entries()) checkEndpoint(endpoint, `endpoints[${index}]`)
}

function checkEndpoint(endpoint: unknown, path: string): void {
  if (!isObject(endpoint)) throw new ConfigError(path, `expected an object with a url, got ${typeName(endpoint)}`)
  for (const key of Object.keys(endpoint))
    if (!Object.hasOwn(ENDPOINT, key))
      throw new ConfigError(`${path}.${key}`, unknownName(key, 'field', Object.keys(ENDPOINT)))
  for (const [key, check] of Object.entries(ENDPOINT)) {
    const value = endpoint[key]
    const expected = value === undefined && key !== 'url' ? undefined : check(value)
    if (expected !== undefined)
      throw new ConfigError(`${path}.${key}`, `expected ${expected}, got ${describe(value, expected)}`)
  }
}
