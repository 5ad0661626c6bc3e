/**
 * The models of a price table, and which of them a name is. Data and rules of
 * https://github.com/pydantic/genai-prices, in the parts that price a call.
 */

/** Conditions on a name, all in lower case but for patterns. */
export type Match =
  | { readonly or: readonly Match[] }
  | { readonly and: readonly Match[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string }

/** USD by unit; by the length of the prompt where it has tiers. */
export type ModelPrice = Readonly<
  Record<
    string,
    number | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] }
  >
>

export interface ConditionalPrice {
  readonly constraint?:
    | { readonly type: 'start_date'; readonly start_date: string }
    | { readonly type: 'time_of_date'; readonly start_time: string; readonly end_time: string }
  readonly prices: ModelPrice
}

export interface ModelInfo {
  readonly id: string
  /** Default: the name equals the id. */
  readonly match?: Match
  readonly prices: ModelPrice | readonly ConditionalPrice[]
}

export interface TableProvider {
  readonly id: string
  readonly provider_match?: Match
  /** Providers whose models it has too. */
  readonly fallback_model_providers?: readonly string[]
  /** The first whose conditions a name fits is meant. */
  readonly models: readonly ModelInfo[]
}

export interface Table {
  /** Of the package that the data is from. */
  readonly version: string
  readonly providers: readonly TableProvider[]
}

function fits(match: Match, name: string): boolean {
  if ('or' in match) return match.or.some((one) => fits(one, name))
  if ('and' in match) return match.and.every((one) => fits(one, name))
  if ('equals' in match) return name === match.equals
  if ('starts_with' in match) return name.startsWith(match.starts_with)
  if ('ends_with' in match) return name.endsWith(match.ends_with)
  if ('contains' in match) return name.includes(match.contains)
  // What a later version of the data may have fits nothing.
  return 'regex' in match && new RegExp(match.regex).test(name)
}

const isNamed = ({ id, match }: ModelInfo, name: string): boolean => (match ? fits(match, name) : name === id)

/** By its id, or a name that it is known by. */
export function providerIn({ providers }: Table, id: string): TableProvider | undefined {
  const name = id.toLowerCase().trim()
  return (
    providers.find((provider) => provider.id === name) ??
    providers.find(({ provider_match: match }) => match && fits(match, name))
  )
}

/** A date without hyphens, which most entries write with them. */
const COMPACT_DATE = /-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g

/** The model that a name means at a provider. `undefined` when it has none of that name, or no price for it. */
export function modelIn(table: Table, provider: TableProvider, name: string): ModelInfo | undefined {
  const bare = name.toLowerCase().trim()
  const dated = bare.replace(COMPACT_DATE, '-$1-$2-$3')
  const found = lookUp(table, provider, bare) ?? (dated === bare ? undefined : lookUp(table, provider, dated))
  return found && isPriced(found) ? found : undefined
}

function lookUp(table: Table, { models, fallback_model_providers: others = [] }: TableProvider, name: string) {
  const own = models.find((model) => isNamed(model, name))
  if (own) return own
  for (const id of others) {
    const theirs = table.providers.find((other) => other.id === id)?.models.find((model) => isNamed(model, name))
    if (theirs) return theirs
  }
  return undefined
}

/** Some entries say that a model is there, and no price. */
function isPriced({ prices }: ModelInfo): boolean {
  const all: readonly object[] = Array.isArray(prices)
    ? (prices as readonly ConditionalPrice[]).map((one) => one.prices)
    : [prices]
  return all.some((price) => Object.keys(price).length > 0)
}
