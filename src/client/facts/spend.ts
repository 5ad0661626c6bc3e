/** What the calls of a client have cost so far: tokens and money, by model, user and so on. */
import { UsdSum } from '../../cost/money.js'
import type { Usage } from '../../kernel/hub.js'
import { shortName } from '../../kernel/short-name.js'
import { countOf, usdOf } from '../admission/consumption.js'
import type { CallMeta } from '../types/meta.js'
import type { CallMetadata } from '../types/options.js'

const DIMENSIONS = ['model', 'provider', 'alias', 'tag', 'user', 'day'] as const

/** How `ai.spend({ by })` groups calls. `day` is a day in UTC. */
export type SpendBy = (typeof DIMENSIONS)[number]

/** The calls of one model, user, day and so on. */
export interface SpendRow {
  /** The model (`provider/model`), user, day (`2026-11-23`, UTC) and so on; `null` for calls that name none. */
  readonly name: string | null
  /** Calls that were answered, streams that broke off included. */
  readonly calls: number
  /** Tokens of input, cached ones included. */
  readonly inputTokens: number
  /** Tokens of output, reasoning included. */
  readonly outputTokens: number
  /** USD of the calls whose cost is known; `null` when none is known. */
  readonly usd: number | null
  /** Calls whose cost is not known. */
  readonly unpriced: number
}

/** Money and tokens that a client has used so far. */
export interface Spend {
  /** All calls together. */
  readonly total: SpendRow
  /** Most expensive first. A call with two tags counts under both. */
  readonly rows: readonly SpendRow[]
}

/** The most answers that wait to be priced while the price table is not loaded. */
const WAITING = 1_000
/** The same once prices are loaded. */
const NONE = 1
/** The most names of one kind with a row of their own; all others share one row. */
const NAMES = 10_000
const OTHERS = '(others)'
/** The most tags of one call that are counted. */
const TAGS = 100

/** An answer that waits to be priced. The caller's names are copied and shortened, as they may change and be long. */
interface Entry {
  readonly meta: CallMeta
  readonly alias: string | undefined
  readonly tags: readonly string[] | undefined
  readonly user: string | undefined
  readonly date: number
  readonly input: number
  readonly output: number
}

/** The names that an answer counts under. */
type Names = Readonly<Record<SpendBy, readonly (string | null)[]>>

function namesOf({ meta, alias, tags, user, date }: Entry): Names {
  const { provider, model } = meta
  return {
    model: [shortName(`${provider}/${model}`)],
    provider: [provider],
    alias: [alias ?? null],
    tag: tags ? [...new Set(tags)] : [null],
    user: [user ?? null],
    day: [new Date(date).toISOString().slice(0, 10)],
  }
}

const DAY_MS = 86_400_000

/** Whether all names of two answers are the same, as those of calls in a row mostly are. */
function areNamedAlike(a: Entry, b: Entry): boolean {
  return (
    a.meta.model === b.meta.model &&
    a.meta.provider === b.meta.provider &&
    a.alias === b.alias &&
    a.user === b.user &&
    a.tags === undefined &&
    b.tags === undefined &&
    Math.floor(a.date / DAY_MS) === Math.floor(b.date / DAY_MS)
  )
}

class Sum {
  calls = 0
  private input = 0
  private output = 0
  private unpriced = 0
  private readonly usd = new UsdSum()

  add({ input, output }: Entry, usd: number | null): void {
    this.calls += 1
    this.input += input
    this.output += output
    if (usd === null) this.unpriced += 1
    else this.usd.add(usd)
  }

  row(name: string | null): SpendRow {
    const { calls, input, output, unpriced, usd } = this
    return {
      name,
      calls,
      inputTokens: input,
      outputTokens: output,
      usd: calls > 0 && unpriced === calls ? null : usd.value,
      unpriced,
    }
  }
}

/** An answer, and whom it was for. */
export interface SpentCall {
  readonly meta: CallMeta
  readonly usage: Partial<Usage> | undefined
  readonly alias: string | undefined
  readonly metadata: CallMetadata | undefined
  /** Milliseconds since 1970. */
  readonly date: number
}

export class Ledger {
  private readonly total = new Sum()
  private readonly sums = new Map<SpendBy, Map<string | null, Sum>>(DIMENSIONS.map((by) => [by, new Map()]))
  private waiting: Entry[] = []
  private patience = WAITING
  /** The one that was added last, and where to. */
  private last: { readonly entry: Entry; readonly sums: readonly Sum[] } | undefined

  add({ meta, usage, alias, metadata, date }: SpentCall): void {
    const tags = metadata?.tags
    this.waiting.push({
      meta,
      alias,
      tags: tags && tags.length > 0 ? tags.slice(0, TAGS).map(shortName) : undefined,
      user: metadata?.user === undefined ? undefined : shortName(metadata.user),
      date,
      input: countOf(usage?.prompt_tokens) ?? 0,
      output: countOf(usage?.completion_tokens) ?? 0,
    })
    if (this.waiting.length >= this.patience) this.price()
  }

  spend(by: SpendBy = 'model'): Spend {
    this.price()
    const sums = [...(this.sums.get(by) ?? [])].map(([name, sum]) => sum.row(name))
    return {
      total: this.total.row('total'),
      rows: sums.sort((a, b) => (b.usd ?? 0) - (a.usd ?? 0) || b.calls - a.calls),
    }
  }

  private price(): void {
    const waiting = this.waiting
    this.waiting = []
    this.patience = NONE
    for (const entry of waiting) {
      const usd = usdOf(entry.meta.cost.usd) ?? null
      for (const sum of this.sumsOf(entry)) sum.add(entry, usd)
    }
  }

  /** The total, and one of each of its names. */
  private sumsOf(entry: Entry): readonly Sum[] {
    const { last } = this
    if (last && areNamedAlike(last.entry, entry)) return last.sums
    const names = namesOf(entry)
    const sums = [this.total, ...DIMENSIONS.flatMap((by) => names[by].map((name) => this.sumOf(by, name)))]
    this.last = { entry, sums }
    return sums
  }

  private sumOf(by: SpendBy, name: string | null): Sum {
    const sums = this.sums.get(by) as Map<string | null, Sum>
    const known = sums.get(name)
    if (known) return known
    if (sums.size >= NAMES && name !== OTHERS) return this.sumOf(by, OTHERS)
    const sum = new Sum()
    sums.set(name, sum)
    return sum
  }
}
