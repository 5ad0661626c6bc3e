/**
 * The wire formats and providers of a client. It is passed to the client, which imports no list of its own, so that a
 * bundle has only the formats and rows that a program names.
 */
import { ConfigError } from './errors.js'
import { didYouMean } from './did-you-mean.js'
import {
  PASSTHROUGH_IDS,
  PROTOCOL_IDS,
  type FormatId,
  type PassthroughFormat,
  type PassthroughId,
  type Protocol,
  type ProtocolId,
} from './protocol.js'
import type { ProviderRow } from './provider.js'

/** The part of a map that is used here. Its values may load on first use. */
export type Lookup<Id, Value> = Pick<ReadonlyMap<Id, Value>, 'get' | 'has' | 'keys' | 'values'>

export interface Catalogue {
  readonly protocols: Lookup<ProtocolId, Protocol>
  readonly passthroughs: Lookup<PassthroughId, PassthroughFormat>
  readonly providers: Lookup<string, ProviderRow>
  /** Whether it has everything of this version. Otherwise more can be passed to `createClientWith`. */
  readonly whole: boolean
}

/** If two have the same id, the later one counts. */
export function catalogueOf(
  formats: Iterable<Protocol | PassthroughFormat>,
  rows: Iterable<ProviderRow>,
  whole: boolean,
): Catalogue {
  const protocols = new Map<ProtocolId, Protocol>()
  const passthroughs = new Map<PassthroughId, PassthroughFormat>()
  for (const format of formats) {
    if (format.kind === 'passthrough') passthroughs.set(format.id, format)
    else protocols.set(format.id, format)
  }
  return { protocols, passthroughs, providers: new Map([...rows].map((row) => [row.id, row])), whole }
}

/** The format `id`, if the catalogue has it. */
export function formatOf(
  { protocols, passthroughs }: Pick<Catalogue, 'protocols' | 'passthroughs'>,
  id: FormatId,
): Protocol | PassthroughFormat | undefined {
  return protocols.get(id as ProtocolId) ?? passthroughs.get(id as PassthroughId)
}

/** Names of formats, as `tracestitch/protocols` exports them: `openai-chat` is `openaiChat`. */
export function exportNames(ids: readonly string[]): string {
  return ids.map((id) => id.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())).join(', ')
}

/** Follows the name of a known provider. */
export const LISTED = ' (`npx tracestitch providers` lists them)'

/** The error for a provider that is neither in the catalogue nor among the caller's `own`. `path` is where it was named. */
export function missingProvider(
  { providers, whole }: Catalogue,
  own: readonly string[],
  id: string,
  path: string,
): ConfigError {
  const hint = didYouMean(id, new Set([...own, ...providers.keys()])) || makerHint(id, providers.values()) || '.'
  return new ConfigError(
    path,
    whole
      ? `there is no provider \`${id}\`${hint} Add it to \`providers\` with its baseURL, or use a known one${LISTED}`
      : `\`${id}\` is not among the providers of createClientWith${hint} Add its row of tracestitch/providers there, or add it to \`providers\` with its baseURL`,
  )
}

/** The hint for a maker's name, such as `google`, that is part of several provider ids. */
function makerHint(word: string, rows: Iterable<ProviderRow>): string {
  const wanted = word.toLowerCase()
  const named = [...rows].filter((row) => row.name.toLowerCase().split(/\W+/).includes(wanted)).slice(0, 3)
  return named.length === 0 ? '' : `; there is ${named.map((row) => `\`${row.id}\` (${row.name})`).join(', ')}.`
}

/** The error for a format that is not in the catalogue. `path` is where it was named. */
export function missingFormat({ protocols, passthroughs, whole }: Catalogue, id: string, path: string): ConfigError {
  const all: readonly string[] = [...PROTOCOL_IDS, ...PASSTHROUGH_IDS]
  if (!whole && all.includes(id)) {
    return new ConfigError(
      path,
      `\`${id}\` is not among the protocols of createClientWith; add ${exportNames([id])} of tracestitch/protocols`,
    )
  }
  const known = [...protocols.keys(), ...passthroughs.keys()]
  const hint = didYouMean(id, all) || '.'
  return new ConfigError(path, `there is no wire format \`${id}\`${hint} Use one of ${known.join(', ')}`)
}
