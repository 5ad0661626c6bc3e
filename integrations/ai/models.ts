/**
 * Models of the packages of providers. Every version of `ai` calls their `doGenerate`, `doStream` and the like, whichever function
 * the program uses. The classes are not exported, so a model of each kind is made to get its class.
 */
import {
  asString,
  isObject,
  path,
  type CallDeclaration,
  type Declared,
  type Format,
  type ModuleTarget,
  type Patcher,
} from '../../src/autolog/contract.js'
import { modelFormat } from './model-format.js'
import { embeddingFormat, imageFormat, otherFormat, speechFormat, transcriptFormat } from './other-formats.js'
import { MODEL_PACKAGES } from './packages.js'
import { providerName } from './providers.js'

interface Kind {
  /** Methods of a provider that make such a model. */
  readonly made: readonly string[]
  /** Methods of the model. */
  readonly calls: Readonly<Record<string, Declared>>
}

/** Not used: a model only keeps its settings. */
const SETTINGS = {
  apiKey: 'none',
  accessKeyId: 'none',
  secretAccessKey: 'none',
  name: 'none',
  baseURL: 'http://localhost',
  url: 'http://localhost',
  region: 'us-east-1',
  resourceName: 'none',
  project: 'none',
  location: 'none',
}

/** A provider throws if it has no such model. */
function modelOf(provider: unknown, method: string): object[] {
  const make = path(provider, method)
  if (typeof make !== 'function') return []
  try {
    const model: unknown = Reflect.apply(make, provider, ['none'])
    return isObject(model) ? [model] : []
  } catch {
    return []
  }
}

const declare =
  (format: Format | ((provider: string | undefined) => Format), streams = false): Declared =>
  ([options], model): CallDeclaration => {
    const provider = asString(path(model, 'provider'))
    return {
      protocol: typeof format === 'function' ? format(provider) : format,
      layer: 'framework',
      provider: providerName(provider),
      model: () => asString(path(model, 'modelId')),
      request: () => ({ ...(isObject(options) && options), ...(streams && { stream: true }) }),
      stream: (result) => path(result, 'stream'),
      signal: () => signalOf(options),
    }
  }

export function signalOf(options: unknown): AbortSignal | undefined {
  const signal = path(options, 'abortSignal')
  return signal instanceof AbortSignal ? signal : undefined
}

const KINDS: readonly Kind[] = [
  {
    made: ['languageModel', 'chat', 'chatModel', 'responses', 'completion', 'completionModel', 'messages'],
    calls: { doGenerate: declare(modelFormat), doStream: declare(modelFormat, true) },
  },
  {
    made: ['embedding', 'embeddingModel', 'textEmbedding', 'textEmbeddingModel'],
    calls: { doEmbed: declare(embeddingFormat) },
  },
  { made: ['reranking', 'rerankingModel'], calls: { doRerank: declare(otherFormat('rerank')) } },
  { made: ['image', 'imageModel'], calls: { doGenerate: declare(imageFormat) } },
  { made: ['speech', 'speechModel'], calls: { doGenerate: declare(speechFormat) } },
  { made: ['transcription', 'transcriptionModel'], calls: { doGenerate: declare(transcriptFormat) } },
]

function patchModels(module: Readonly<Record<string, unknown>>, patcher: Patcher): void {
  for (const [name, create] of Object.entries(module)) {
    if (typeof create !== 'function' || !/^create[A-Z]/.test(name)) continue
    const provider = patcher.exemplar(() => Reflect.apply(create, undefined, [SETTINGS]) as unknown)
    for (const { made, calls } of KINDS)
      for (const model of made.flatMap((make) => modelOf(provider, make)))
        for (const [method, declared] of Object.entries(calls)) patcher.call(holderOf(model, method), method, declared)
  }
}

/** The class that has the method. Several classes may inherit it. */
function holderOf(model: object, method: string): object | undefined {
  let at = Object.getPrototypeOf(model) as object | null
  while (at && !Object.hasOwn(at, method)) at = Object.getPrototypeOf(at) as object | null
  return at ?? undefined
}

/** Majors that tests run. The other packages follow the same specification, but no test runs them. */
const TESTED: Readonly<Record<string, string>> = {
  '@ai-sdk/anthropic': '4',
  '@ai-sdk/cohere': '4',
  '@ai-sdk/google': '4',
  '@ai-sdk/groq': '4',
  '@ai-sdk/mistral': '4',
  '@ai-sdk/openai': '2 - 4',
  '@ai-sdk/openai-compatible': '3',
}

export const modelTargets: readonly ModuleTarget[] = MODEL_PACKAGES.map((name) => ({
  package: name,
  tested: TESTED[name] ?? 'none',
  instrument: patchModels,
}))
