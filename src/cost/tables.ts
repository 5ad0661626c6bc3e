/** Price lists of the user: LiteLLM's JSON and the `api.json` of models.dev, as an object, a file or a URL. */
import { promises, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isObject } from '../kernel/json.js'
import type { JsonObject } from '../kernel/protocol.js'
import type { FoundPrices } from './genai-prices.js'
import { isLiteLLMEntry } from './litellm-prices.js'
import { isModelsDevEntry } from './models-dev-prices.js'
import { listedNames, providerNames } from './listed-names.js'
import { ratesOf } from './override.js'

/** The list itself, the path of a file with it, or an `https:` address. */
export type PriceList = string | URL | object

/** The state of a price list of the user. */
export interface PriceListStatus {
  /** Which list it is. */
  readonly list: 'litellm' | 'models.dev'
  /** Models with a price; 0 until it is loaded. */
  readonly models: number
  /** Unix milliseconds of the copy in use. */
  readonly loadedAt: number | undefined
  /** Why the latest attempt to load it failed. The previous copy stays in use. */
  readonly error: string | undefined
}

interface Format {
  readonly id: PriceListStatus['list']
  /** Number of models with a price. */
  count(list: JsonObject): number
  find(list: JsonObject, provider: string, model: string): FoundPrices | undefined
}

const FETCH_TIMEOUT = 10_000
/** A list at a URL changes at most daily; a file is checked once a minute. */
const URL_AGE = 86_400_000
const FILE_AGE = 60_000
const MAX_CHARACTERS = 64 * 1024 * 1024

class ListFault extends Error {}

/** One list, loaded on first use and again when it is old. */
class LoadedList {
  readonly format: Format
  private readonly source: PriceList
  private list: JsonObject | undefined
  private models = 0
  private loadedAt: number | undefined
  private error: string | undefined
  private loading: Promise<void> | undefined
  private triedAt = Number.NEGATIVE_INFINITY
  private modified = 0

  constructor(format: Format, source: PriceList) {
    this.format = format
    this.source = source
  }

  get status(): PriceListStatus {
    return { list: this.format.id, models: this.models, loadedAt: this.loadedAt, error: this.error }
  }

  /**
   * Prices of a model, if the list is loaded. An object or a file is read synchronously the first time, which takes about
   * 20 ms for a file; a URL is fetched in the background.
   */
  find(provider: string, model: string): FoundPrices | { readonly missing: string } | undefined {
    this.refresh()
    if (this.list) return this.format.find(this.list, provider, model)
    const state = this.error === undefined ? 'is being loaded' : `could not be loaded: ${this.error}`
    return { missing: `the price list of ${this.format.id} ${state}` }
  }

  /** Loads it now. Never rejects: the status has the error. */
  async load(): Promise<void> {
    this.loading ??= this.read().finally(() => (this.loading = undefined))
    await this.loading
  }

  private refresh(): void {
    const { source } = this
    const file = fileOf(source)
    const now = Date.now()
    if (file === undefined && !isURL(source)) {
      if (this.triedAt < 0) this.accept(source as object, now)
      return
    }
    if (now - this.triedAt < (file === undefined && this.list ? URL_AGE : FILE_AGE)) return
    if (file !== undefined && !this.list) {
      this.triedAt = now
      this.attempt(() => this.accept(parse(readFileSync(file, 'utf8')), now))
    } else void this.load()
  }

  private async read(): Promise<void> {
    const now = Date.now()
    this.triedAt = now
    const file = fileOf(this.source)
    try {
      if (file !== undefined) {
        const { mtimeMs } = await promises.stat(file)
        if (this.list && mtimeMs === this.modified) return
        const list = parse(await promises.readFile(file, 'utf8'))
        this.accept(list, now)
        this.modified = mtimeMs
      } else if (isURL(this.source)) this.accept(await download(this.source), now)
      else this.accept(this.source as object, now)
    } catch (error) {
      this.error = reasonOf(error)
    }
  }

  private attempt(read: () => void): void {
    try {
      read()
    } catch (error) {
      this.error = reasonOf(error)
    }
  }

  /** Takes a list into use when it holds prices. */
  private accept(list: unknown, now: number): void {
    this.triedAt = now
    const models = isObject(list) ? this.format.count(list) : 0
    if (!isObject(list) || models === 0) {
      this.error = 'it holds no prices in that format'
      return
    }
    this.list = list
    this.models = models
    this.loadedAt = now
    this.error = undefined
  }
}

function isURL(source: PriceList): source is string | URL {
  return source instanceof URL || (typeof source === 'string' && /^https?:/i.test(source))
}

function fileOf(source: PriceList): string | undefined {
  if (source instanceof URL) return source.protocol === 'file:' ? fileURLToPath(source) : undefined
  if (typeof source !== 'string' || /^https?:/i.test(source)) return undefined
  return source.startsWith('file:') ? fileURLToPath(source) : source
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // The parser's message shows some of the text.
    throw new ListFault('it is not JSON')
  }
}

async function download(url: string | URL): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT) })
  if (!answer.ok) {
    await answer.body?.cancel()
    throw new ListFault(`HTTP ${answer.status}`)
  }
  if (Number(answer.headers.get('content-length')) > MAX_CHARACTERS) {
    await answer.body?.cancel()
    throw new ListFault('it is larger than 64 MB')
  }
  return parse(await answer.text())
}

/** Without the address, which may contain a secret. */
function reasonOf(error: unknown): string {
  if (error instanceof ListFault) return error.message
  if (!(error instanceof Error)) return 'unknown'
  const inner = error.cause instanceof Error ? error.cause : error
  return (inner as NodeJS.ErrnoException).code ?? (error.name === 'TimeoutError' ? 'timeout' : error.name)
}

function entryIn(list: JsonObject, key: string): JsonObject | undefined {
  const entry = Object.hasOwn(list, key) ? list[key] : undefined
  return isObject(entry) ? entry : undefined
}

const LITELLM: Format = {
  id: 'litellm',
  count: (list) =>
    Object.entries(list).filter(([key, entry]) => key !== 'sample_spec' && isObject(entry) && isLiteLLMEntry(entry))
      .length,
  find(list, provider, model) {
    const name = providerNames(provider).litellm
    const { models, maker, made } = listedNames(provider, model)
    for (const { name: candidate, exact, factor = 1, note } of models) {
      const entry = (name !== '' && entryIn(list, `${name}/${candidate}`)) || bareEntry(list, name, candidate)
      if (!entry || !isLiteLLMEntry(entry)) continue
      return { rates: ratesOf(entry), exact, factor, notes: note === undefined ? [] : [note] }
    }
    if (maker === undefined || made === undefined || providersIn(list).has(name)) return undefined
    const entry = entryIn(list, `${maker}/${made}`) ?? bareEntry(list, providerNames(maker).litellm, made)
    if (!entry || !isLiteLLMEntry(entry)) return undefined
    const notes = [`${provider} is not in the price list of litellm: priced as ${maker}/${made}`]
    return { rates: ratesOf(entry), exact: false, factor: 1, notes }
  },
}

/** A key without a provider is some provider's, which the entry names: `bedrock_converse`, `vertex_ai-language-models`. */
function bareEntry(list: JsonObject, provider: string, model: string): JsonObject | undefined {
  const entry = entryIn(list, model)
  const owner = entry?.['litellm_provider']
  return owner === undefined || (provider !== '' && typeof owner === 'string' && owner.startsWith(provider))
    ? entry
    : undefined
}

const providers = new WeakMap<object, ReadonlySet<unknown>>()

function providersIn(list: JsonObject): ReadonlySet<unknown> {
  let known = providers.get(list)
  if (!known) {
    known = new Set(Object.values(list).map((entry) => isObject(entry) && entry['litellm_provider']))
    providers.set(list, known)
  }
  return known
}

function modelsIn(list: JsonObject, provider: string): JsonObject | undefined {
  const models = entryIn(list, provider)?.['models']
  return isObject(models) ? models : undefined
}

const MODELS_DEV: Format = {
  id: 'models.dev',
  count: (list) =>
    Object.keys(list).reduce(
      (sum, provider) =>
        sum +
        Object.values(modelsIn(list, provider) ?? {}).filter((entry) => isObject(entry) && isModelsDevEntry(entry))
          .length,
      0,
    ),
  find(list, provider, model) {
    const { models, maker, made } = listedNames(provider, model)
    const own = modelsIn(list, providerNames(provider).modelsDev)
    for (const { name, exact, factor = 1, note } of own ? models : []) {
      const entry = own && entryIn(own, name)
      if (entry && isModelsDevEntry(entry))
        return { rates: ratesOf(entry), exact, factor, notes: note === undefined ? [] : [note] }
    }
    const theirs = own || maker === undefined ? undefined : modelsIn(list, providerNames(maker).modelsDev)
    const entry = theirs && made !== undefined ? entryIn(theirs, made) : undefined
    if (!entry || !isModelsDevEntry(entry)) return undefined
    const notes = [`${provider} is not in the price list of models.dev: priced as ${maker}/${made}`]
    return { rates: ratesOf(entry), exact: false, factor: 1, notes }
  },
}

const byObject = new WeakMap<object, LoadedList>()
const byPlace = new Map<string, LoadedList>()

function listOf(format: Format, source: PriceList): LoadedList {
  if (typeof source === 'object' && !(source instanceof URL)) {
    let list = byObject.get(source)
    if (!list) byObject.set(source, (list = new LoadedList(format, source)))
    return list
  }
  const place = `${format.id} ${String(source)}`
  let list = byPlace.get(place)
  if (!list) byPlace.set(place, (list = new LoadedList(format, source)))
  return list
}

export interface PriceLists {
  /** LiteLLM's `model_prices_and_context_window.json`. */
  litellm?: PriceList | undefined
  /** The `api.json` of models.dev. */
  modelsDev?: PriceList | undefined
}

export function listsOf({ litellm, modelsDev }: PriceLists): LoadedList[] {
  const lists: LoadedList[] = []
  if (litellm !== undefined) lists.push(listOf(LITELLM, litellm))
  if (modelsDev !== undefined) lists.push(listOf(MODELS_DEV, modelsDev))
  return lists
}

/**
 * Loads or reloads the price lists of a client. Never rejects: the status of a list has the error, and its previous copy
 * stays in use. Without this, lists load when a price is first needed.
 */
export async function loadPrices(prices: PriceLists): Promise<readonly PriceListStatus[]> {
  const lists = listsOf(prices)
  await Promise.all(lists.map((list) => list.load()))
  return lists.map(({ status }) => status)
}
