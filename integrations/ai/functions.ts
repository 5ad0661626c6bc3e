/**
 * The functions that `ai` exports, where there is no channel for them. Those that generate text make spans of their own if
 * `experimental_telemetry` is on, so it is turned on unless the program has set it. The others are model calls.
 */
import {
  asString,
  path,
  type CallDeclaration,
  type Declared,
  type Format,
  type ModuleExports,
  type Patcher,
  type Replace,
} from '../../src/autolog/contract.js'
import { signalOf } from './models.js'
import { embeddingFormat, imageFormat, otherFormat, speechFormat, transcriptFormat } from './other-formats.js'
import { withOwnTelemetry } from './own-telemetry.js'
import { providerName } from './providers.js'

/** Before 7, they can make spans of their own; `ai` 7 publishes them on its channel. */
const TEXT = ['generateText', 'streamText', 'generateObject', 'streamObject']

/** The same, but each is one model call. */
const SINGLE: Readonly<Record<string, Format>> = {
  embed: embeddingFormat,
  embedMany: embeddingFormat,
  rerank: otherFormat('rerank'),
  generateSpeech: speechFormat,
  experimental_generateSpeech: speechFormat,
  transcribe: transcriptFormat,
  experimental_transcribe: transcriptFormat,
}

/** No version publishes these. */
const UNPUBLISHED: Readonly<Record<string, Format>> = {
  generateImage: imageFormat,
  experimental_generateImage: imageFormat,
  experimental_generateVideo: otherFormat('generate_content'),
}

export const FUNCTIONS: readonly string[] = [...TEXT, ...Object.keys(SINGLE), ...Object.keys(UNPUBLISHED)]

/** @param hasChannel - Whether this version has a channel. */
export function patchFunctions(module: ModuleExports, patcher: Patcher, hasChannel: boolean): void {
  for (const [name, format] of Object.entries(UNPUBLISHED)) patcher.call(module, name, declare(format))
  if (hasChannel) return
  for (const [name, format] of Object.entries(SINGLE)) patcher.call(module, name, declare(format))
  for (const name of TEXT) patcher.wrap(module, name, withOwnSpans)
}

const declare =
  (format: Format): Declared =>
  ([options]): CallDeclaration | undefined => {
    // The program has turned off telemetry of the function. Its model calls are traced all the same.
    if (path(options, 'experimental_telemetry', 'isEnabled') === false) return undefined
    const model = path(options, 'model')
    return {
      protocol: format,
      layer: 'framework',
      provider: providerName(providerOf(model)),
      model: () => asString(model) ?? asString(path(model, 'modelId')),
      request: () => options,
      signal: () => signalOf(options),
    }
  }

/** A model that is only a name is one of Vercel's gateway, unless the program has set another provider. */
function providerOf(model: unknown): string | undefined {
  if (typeof model !== 'string') return asString(path(model, 'provider'))
  return path(globalThis, 'AI_SDK_DEFAULT_PROVIDER') === undefined ? 'gateway' : undefined
}

const withOwnSpans: Replace = (original, active) =>
  function (...args) {
    return Reflect.apply(original, this, active() ? [withOwnTelemetry(args[0]), ...args.slice(1)] : args)
  }
