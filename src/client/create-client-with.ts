/** `createClientWith`: a client of only the formats and providers that a program names. */
import { catalogueOf, exportNames, formatOf, type Catalogue } from '../kernel/catalogue.js'
import { ConfigError } from '../kernel/errors.js'
import { isObject, typeName } from '../kernel/json.js'
import type { NamesIn } from '../kernel/model-name.js'
import type { PassthroughFormat, Protocol } from '../kernel/protocol.js'
import type { ProviderRow } from '../kernel/provider.js'
import type { ClientOptions } from '../router/options.js'
import { openClient } from './index.js'
import { atCaller } from './outgoing-errors.js'
import type { Client } from './types/client.js'

/** What a client is made of. */
export interface ClientParts {
  /** Wire formats of `tracestitch/protocols`. */
  readonly protocols: readonly (Protocol | PassthroughFormat)[]
  /** Rows of `tracestitch/providers`. Default: none, for a client of your own providers only. */
  readonly providers?: readonly ProviderRow[] | undefined
}

/**
 * Makes a `createClient` that knows the given formats and providers only, so that a bundler drops all others. A provider of
 * your own needs no row, only its format. `responses`, `moderations`, `images` and `audio` of the client need OpenAI's
 * format of the same name, whichever provider answers.
 *
 * @throws ConfigError when a part is not a format or a row, or when all formats of a provider are missing.
 */
export function createClientWith(
  parts: ClientParts,
): <Alias extends string = never>(options?: ClientOptions<Alias>) => Client<NamesIn<Alias>> {
  const catalogue = checked(parts)
  return function createClient(options) {
    return atCaller(createClient, () => openClient(catalogue, options))
  }
}

function checked(parts: ClientParts): Catalogue {
  if (!isObject(parts)) {
    throw new ConfigError('createClientWith(parts)', `expected { protocols, providers }, got ${typeName(parts)}`)
  }
  const { protocols, providers = [] } = parts
  checkList('protocols', protocols, 'kind', 'a wire format of tracestitch/protocols')
  checkList('providers', providers, 'baseURL', 'a row of tracestitch/providers')
  const catalogue = catalogueOf(protocols, providers, false)
  for (const { id, protocols: spoken } of providers) {
    if (spoken.some((format) => formatOf(catalogue, format))) continue
    const wanted = `${spoken.length > 1 ? 'one of ' : ''}${exportNames(spoken)}`
    throw new ConfigError('protocols', `the provider \`${id}\` needs ${wanted} of tracestitch/protocols`)
  }
  return catalogue
}

/** `mark` is a field that every entry has. */
function checkList(path: string, list: unknown, mark: string, what: string): void {
  if (!Array.isArray(list)) throw new ConfigError(path, `expected an array, got ${typeName(list)}`)
  for (const [i, entry] of list.entries()) {
    if (!isObject(entry) || typeof entry['id'] !== 'string' || typeof entry[mark] !== 'string')
      throw new ConfigError(`${path}[${i}]`, `expected ${what}, got ${typeName(entry)}`)
  }
}
