/** The names under which a price list may have a model. */
import { traitsOf } from '../models/index.js'

export interface ListedName {
  readonly name: string
  /** It was asked for by this name, but for prefixes that mean nothing to the price. */
  readonly exact: boolean
  /** Factor on the price found under it: a region that the name has lost. */
  readonly factor?: number
  /** What the factor is. */
  readonly note?: string
}

export interface ListedNames {
  /** Best first. */
  readonly models: readonly ListedName[]
  /** Whose name is before the model's, as in `openai/gpt-5`. */
  readonly maker: string | undefined
  /** The model's name without the maker's. */
  readonly made: string | undefined
}

const known = new Map<string, ListedNames>()
const MAX_KNOWN = 2000

/** Names of a model, as asked for and then with less and less to it. Worked out once. */
export function listedNames(provider: string, model: string): ListedNames {
  const key = `${provider} ${model}`
  let names = known.get(key)
  if (!names) {
    if (known.size >= MAX_KNOWN) known.clear()
    names = computeNames(provider, model)
    known.set(key, names)
  }
  return names
}

/** Profiles of Amazon Bedrock (https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html). */
const BEDROCK_REGION = /^(us|eu|apac|jp|au|ca|sa|us-gov|global)\.(?=[\w-]+\.)/
/** `arn:aws:bedrock:us-east-1::foundation-model/<model>`, or an inference profile's. */
const BEDROCK_ARN = /^arn:aws[\w-]*:bedrock:[^/]*(?:foundation-model|inference-profile)\/(.+)$/
/** Gemini's resource names, and Vertex AI's. */
const RESOURCE = /^(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/[^/]+\/)?models\//
/** Dates, and versions of Bedrock and Vertex AI. */
const VERSION = /(?:-v\d+(?::\d+(?::[\w]+)?)?|:\d+|@(?:\d{8}|default|latest))$/
const DATE = /-(?:20\d{2}-\d{2}-\d{2}|20\d{6}|\d{4})$/
const LATEST = /[-:]latest$/

function computeNames(provider: string, model: string): ListedNames {
  const models: ListedName[] = []
  const seen = new Set<string>()
  const add = (name: string, exact: boolean, more?: Pick<ListedName, 'factor' | 'note'>): void => {
    if (name === '' || seen.has(name)) return
    seen.add(name)
    models.push({ name, exact, ...more })
  }
  add(model, true)
  let name = model.trim().replace(RESOURCE, '')
  name = BEDROCK_ARN.exec(name)?.[1] ?? name
  if (name.startsWith(`${provider}/`)) name = name.slice(provider.length + 1)
  add(name, true)

  const region = BEDROCK_REGION.exec(name)?.[1]
  const bare = name.replace(BEDROCK_REGION, '')
  const factor = region === undefined || region === 'global' ? undefined : traitsOf(bare).regionalFactor
  const regional =
    factor === undefined
      ? undefined
      : { factor, note: `region ${region}: priced at ${factor} times the price without a region` }
  add(bare, regional === undefined, regional)
  let shorter = bare
  for (const ending of [VERSION, DATE, LATEST]) {
    shorter = shorter.replace(ending, '')
    add(shorter, false, regional)
  }
  const slash = name.indexOf('/')
  return {
    models,
    maker: slash > 0 ? name.slice(0, slash) : undefined,
    made: slash > 0 ? name.slice(slash + 1) : undefined,
  }
}

/**
 * A provider by the names that price lists, telemetry and we have for it. The first is ours. Where a list has none
 * for it, the place is empty.
 */
interface ProviderNames {
  readonly ours: string
  readonly others: readonly string[]
  readonly genaiPrices: string
  readonly litellm: string
  readonly modelsDev: string
}

/** Rows of those that are not called the same everywhere: ours and telemetry's, then genai-prices, LiteLLM, models.dev. */
const ROWS: readonly ProviderNames[] = (
  [
    ['alibaba', 'alibaba-cn dashscope', '', 'dashscope', 'alibaba'],
    ['anthropic', '', 'anthropic', 'anthropic', 'anthropic'],
    ['azure', 'azure.ai.openai az.ai.openai azure-openai', 'azure', 'azure', 'azure'],
    ['azure-ai', 'azure.ai.inference az.ai.inference', 'azure', 'azure_ai', 'azure'],
    ['bedrock', 'aws.bedrock aws bedrock-mantle amazon-bedrock', 'aws', 'bedrock', 'amazon-bedrock'],
    ['cohere', '', 'cohere', 'cohere', 'cohere'],
    ['fireworks', '', 'fireworks', 'fireworks_ai', 'fireworks-ai'],
    ['gemini', 'gcp.gemini google gcp.gen_ai', 'google', 'gemini', 'google'],
    ['vertex', 'gcp.vertex_ai', 'google', 'vertex_ai', 'google-vertex'],
    ['mistral', 'mistral_ai codestral', 'mistral', 'mistral', 'mistral'],
    ['moonshot', 'moonshot_ai moonshotai', 'moonshotai', 'moonshot', 'moonshotai'],
    ['together', 'together_ai togetherai', 'together', 'together_ai', 'togetherai'],
    ['voyage', 'voyageai', 'voyageai', 'voyage', 'voyage'],
    ['xai', 'x_ai x-ai', 'x-ai', 'xai', 'xai'],
    ['watsonx', 'ibm.watsonx.ai', '', 'watsonx', ''],
    ['ovhcloud', '', 'ovhcloud', 'ovhcloud', 'ovhcloud'],
    ['vercel', '', '', 'vercel_ai_gateway', 'vercel'],
    ['nvidia', '', '', 'nvidia_nim', 'nvidia'],
    ['jina', '', '', 'jina_ai', ''],
    ['novita', '', 'novita', 'novita', 'novita-ai'],
  ] as const
).map(([ours, others, genaiPrices, litellm, modelsDev]) => ({
  ours,
  others: others === '' ? [] : others.split(' '),
  genaiPrices,
  litellm,
  modelsDev,
}))

const byName = new Map(ROWS.flatMap((row) => [row.ours, ...row.others].map((name) => [name, row] as const)))

/** What a provider is called, by any of its names; one that has one name only is called that everywhere. */
export function providerNames(provider: string): ProviderNames {
  return (
    byName.get(provider) ?? {
      ours: provider,
      others: [],
      genaiPrices: provider,
      litellm: provider,
      modelsDev: provider,
    }
  )
}
