/** `tracestitch prices`: what models cost, and which of those that options name have no price. */
import { everything } from '../whole-catalogue.js'
import { describePrice, type DescribedPrice } from '../cost/describe.js'
import type { PriceOptions } from '../cost/price.js'
import { loadPrices } from '../cost/tables.js'
import { ConfigError } from '../kernel/errors.js'
import { didYouMean } from '../kernel/did-you-mean.js'
import type { ClientOptions } from '../router/options.js'
import { markOf } from '../router/target-name.js'
import { checkClientOptions } from '../router/validate.js'
import type { Command, Terminal } from './command.js'
import { targetsOf, type NamedTarget } from './configured.js'
import { readConfig } from './file.js'
import { amount, describeCard, summaryOf } from './price-card.js'
import { table } from './table.js'

const FAILED = 1
const MISUSE = 2

interface PricesOptions {
  readonly json?: boolean
  readonly check?: boolean
  readonly config?: string
  readonly litellm?: string
  readonly 'models-dev'?: string
}

export const pricesCommand: Command = {
  summary: 'show what models cost, or check that every configured one has a price',
  usage: '<provider/model>... | --check [--config <file>] [--litellm <list>] [--models-dev <list>] [--json]',
  more: 'provider/model',
  options: {
    json: { type: 'boolean' },
    check: { type: 'boolean' },
    config: { type: 'string' },
    litellm: { type: 'string' },
    'models-dev': { type: 'string' },
  },
  optionHelp: {
    '<provider/model>': 'such as openai/gpt-5.4; there may be several',
    '--check': 'every model that the options of --config name; exits with 1 when one has no price',
    '--config <file>': 'options of createClient as JSON, with its `prices`; keys need not be set',
    '--litellm <list>': "LiteLLM's model_prices_and_context_window.json: a file, or an https address",
    '--models-dev <list>': 'the api.json of models.dev: a file, or an https address',
    '--json':
      'an array of { model, source, confidence, priced_at, prices, notes }; `prices` is in the shape of an override',
  },
  async run(options, terminal, operands) {
    const given = options as PricesOptions
    const misused = misuseOf(given, operands)
    if (misused !== undefined) {
      terminal.error(`tracestitch: ${misused}\nSee tracestitch prices --help\n`)
      return MISUSE
    }
    try {
      const client = given.config === undefined ? {} : readOptions(given.config, terminal)
      if (!client) return FAILED
      const prices = await pricesOf(client, given, terminal)
      if (!prices) return FAILED
      const models = given.check ? targetsOf(client) : operands.map(parseModel)
      return show(
        models.map((model) => describePrice(model, prices)),
        given,
        terminal,
      )
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      terminal.error(`tracestitch: ${error.message}\n`)
      return FAILED
    }
  },
}

function misuseOf({ check, config }: PricesOptions, operands: readonly string[]): string | undefined {
  if (!check) return operands.length === 0 ? '<provider/model> or --check is missing' : undefined
  if (operands.length > 0) return '--check takes no model; leave one of them out'
  return config === undefined ? '--check needs --config <file>' : undefined
}

function readOptions(file: string, terminal: Terminal): ClientOptions | undefined {
  const options: unknown = readConfig(file, terminal)
  if (options === undefined) return undefined
  checkClientOptions(options)
  return options
}

/** With its lists loaded; `undefined`, with a message, when one of them cannot be. */
async function pricesOf(
  { prices = {} }: ClientOptions,
  given: PricesOptions,
  { error: say }: Terminal,
): Promise<PriceOptions | undefined> {
  const { litellm = prices.litellm, 'models-dev': modelsDev = prices.modelsDev } = given
  const all = { ...prices, litellm, modelsDev }
  const faults = (await loadPrices(all)).filter(({ error }) => error !== undefined)
  for (const { list, error } of faults) {
    say(
      `tracestitch: the price list of ${list} cannot be loaded: ${error === 'ENOENT' ? 'there is no such file' : error}\n`,
    )
  }
  return faults.length > 0 ? undefined : all
}

function parseModel(text: string): NamedTarget {
  const at = markOf(text)
  if (at <= 0 || at === text.length - 1) {
    throw new ConfigError('', `\`${text}\` names no provider; write provider/model, such as openai/gpt-5.4`)
  }
  return { provider: text.slice(0, at), model: text.slice(at + 1) }
}

function show(
  described: readonly DescribedPrice[],
  { json, check }: PricesOptions,
  { out, error: say }: Terminal,
): number {
  const cards = described.map(({ card }) => card)
  const unpriced = cards.filter(({ prices }) => prices === null)
  if (json) out(`${JSON.stringify(cards, null, 2)}\n`)
  else if (check) {
    const lines = cards.map((card) => [
      card.model,
      summaryOf(card),
      card.source ?? '',
      card.source ? card.confidence : '',
    ])
    if (lines.length > 0) out(table(['MODEL', 'USD PER MILLION TOKENS', 'SOURCE', 'CONFIDENCE'], lines))
    out(`${lines.length > 0 ? '\n' : ''}${amount(cards.length, 'model')}, ${unpriced.length} without a price\n`)
  } else {
    const known = described.filter(({ card }) => card.prices !== null)
    if (known.length > 0) out(known.map(describeCard).join('\n'))
  }
  for (const { model, notes } of unpriced) {
    const provider = model.slice(0, model.indexOf('/'))
    const hint = everything.providers.has(provider) || check ? '' : didYouMean(provider, everything.providers.keys())
    say(`tracestitch: ${model}: ${notes.join('; ')}${hint}\n`)
  }
  const [first] = unpriced
  if (!first) return 0
  say(
    `Give it a price in USD for a million tokens, 0 if it is free, in the option \`prices.overrides\`:\n` +
      `  { "prices": { "overrides": { ${JSON.stringify(first.model)}: { "input": 1, "output": 2 } } } }\n` +
      'or name a price list that has it: --litellm, --models-dev, or the options `prices.litellm` and `prices.modelsDev`.\n',
  )
  return FAILED
}
