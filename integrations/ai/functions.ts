/**
 * What the functions that `ai` exports are, where no channel tells of them. Those that make text make spans of their own if
 * `experimental_telemetry` says so: here it says so unless the program has said something. The others are model calls.
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

/** Before 7 they have spans of their own; `ai` 7 tells of them on its channel. */
const TEXT = ['generateText', 'streamText', 'generateObject', 'streamObject']

/** As above, but a model call each. */
const SINGLE: Readonly<Record<string, Format>> = {
  embed: embeddingFormat,
  embedMany: embeddingFormat,
  rerank: otherFormat('rerank'),
  generateSpeech: speechFormat,
  experimental_generateSpeech: speechFormat,
  transcribe: transcriptFormat,
  experimental_transcribe: transcriptFormat,
}

/** No version tells of these. */
const UNTOLD: Readonly<Record<string, Format>> = {
  generateImage: imageFormat,
  experimental_generateImage: imageFormat,
  experimental_generateVideo: otherFormat('generate_content'),
}

export const FUNCTIONS: readonly string[] = [...TEXT, ...Object.keys(SINGLE), ...Object.keys(UNTOLD)]

/** @param tells - This version has a channel. */
export function patchFunctions(module: ModuleExports, patcher: Patcher, tells: boolean): void {
  for (const [name, format] of Object.entries(UNTOLD)) patcher.call(module, name, declare(format))
  if (tells) return
  for (const [name, format] of Object.entries(SINGLE)) patcher.call(module, name, declare(format))
  for (const name of TEXT) patcher.wrap(module, name, withOwnSpans)
}

const declare =
  (format: Format): Declared =>
  ([options]): CallDeclaration | undefined => {
    // The program wants no telemetry of the function; its models are model calls all the same.
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

/** A model by its name alone is one of Vercel's gateway, unless the program has set another provider. */
function providerOf(model: unknown): string | undefined {
  if (typeof model !== 'string') return asString(path(model, 'provider'))
  return path(globalThis, 'AI_SDK_DEFAULT_PROVIDER') === undefined ? 'gateway' : undefined
}

const withOwnSpans: Replace = (original, active) =>
  function (...args) {
    return Reflect.apply(original, this, active() ? [withOwnTelemetry(args[0]), ...args.slice(1)] : args)
  }
