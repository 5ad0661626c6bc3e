/**
 * Models as the packages of providers make them. `ai` calls their `doGenerate`, `doStream` and `doEmbed`, in every version
 * and whatever of its functions the program uses; the classes are reached by a model of each kind.
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
import { embeddingFormat } from './other-formats.js'
import { MODEL_PACKAGES } from './packages.js'
import { providerName } from './providers.js'

/** Methods of a provider, by the kind of model that they make. */
const LANGUAGE = ['languageModel', 'chat', 'chatModel', 'responses', 'completion', 'completionModel', 'messages']
const EMBEDDING = ['embedding', 'embeddingModel', 'textEmbedding', 'textEmbeddingModel']

/** None of it is used: a model only keeps what it is made with. */
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

/** A provider says by throwing that it has no such model. */
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
  (formatOf: (provider: string | undefined) => Format, streams: boolean): Declared =>
  ([options], model): CallDeclaration => {
    const provider = asString(path(model, 'provider'))
    return {
      protocol: formatOf(provider),
      layer: 'framework',
      provider: providerName(provider),
      model: () => asString(path(model, 'modelId')),
      request: () => ({ ...(isObject(options) && options), ...(streams && { stream: true }) }),
      stream: (result) => path(result, 'stream'),
      signal: () => signalOf(options),
    }
  }

function signalOf(options: unknown): AbortSignal | undefined {
  const signal = path(options, 'abortSignal')
  return signal instanceof AbortSignal ? signal : undefined
}

function patchModels(module: Readonly<Record<string, unknown>>, patcher: Patcher): void {
  for (const [name, create] of Object.entries(module)) {
    if (typeof create !== 'function' || !/^create[A-Z]/.test(name)) continue
    const provider = patcher.exemplar(() => Reflect.apply(create, undefined, [SETTINGS]) as unknown)
    for (const method of LANGUAGE)
      for (const model of modelOf(provider, method)) {
        patcher.call(holderOf(model, 'doGenerate'), 'doGenerate', declare(modelFormat, false))
        patcher.call(holderOf(model, 'doStream'), 'doStream', declare(modelFormat, true))
      }
    for (const method of EMBEDDING)
      for (const model of modelOf(provider, method))
        patcher.call(
          holderOf(model, 'doEmbed'),
          'doEmbed',
          declare(() => embeddingFormat, false),
        )
  }
}

/** The class that has the method, which several classes may inherit. */
function holderOf(model: object, method: string): object | undefined {
  let at = Object.getPrototypeOf(model) as object | null
  while (at && !Object.hasOwn(at, method)) at = Object.getPrototypeOf(at) as object | null
  return at ?? undefined
}

/** Majors that tests run. The others follow the same specification, and none of their packages is run. */
const TESTED: Readonly<Record<string, string>> = { '@ai-sdk/openai': '2 - 4' }

export const modelTargets: readonly ModuleTarget[] = MODEL_PACKAGES.map((name) => ({
  package: name,
  tested: TESTED[name] ?? 'none',
  instrument: patchModels,
}))
