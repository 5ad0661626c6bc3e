/** A provider for the AI SDK whose models are those of a client. */
import type { Client } from '../client/types/client.js'
import type { ChatBody } from '../client/types/chat.js'
import { ConfigError } from '../kernel/errors.js'
import { asString, path } from '../kernel/json.js'
import { contentOf, finishOf, metadataOf, responseOf, usageOf, warningsOf } from './ai-answer.js'
import type { AskedText } from './ai-asked.js'
import { calling } from './model-call-error.js'
import type { AiVersion, StreamResult, TextResult, Warning, Words } from './given.js'
import { OWN } from './kept.js'
import { embed, makeImages, rank, speak, transcribe, type Caller } from './other-models.js'
import type {
  AiEmbeddingModel,
  AiImageModel,
  AiLanguageModel,
  AiRerankingModel,
  AiSdkOptions,
  AiSdkProvider,
  AiSpeechModel,
  AiTranscriptionModel,
  ModelFacts,
  ModelOptions,
} from './provider-types.js'
import { textCall } from './ai-request.js'
import { partsOf } from './ai-stream.js'
import { SPECIFICATION, TRANSLATIONS, type Translation } from './versions.js'

/** What DALL·E 3 takes is one, all others take ten: https://platform.openai.com/docs/api-reference/images/create. */
const IMAGES_PER_CALL = 10

/**
 * A provider for the AI SDK (the package `ai`, 5 to 7) whose models are those of the client: with its fallbacks, routing, limits,
 * budgets, cache, cost and trace. `const model = aiSdk(client)`; `generateText({ model: model('smart'), prompt })`. It also fits
 * `createProviderRegistry` and `customProvider`.
 *
 * The client's call has its options from `providerOptions.tracestitch`. How the call went is in
 * `providerMetadata.tracestitch`: provider, model, cost, attempts. A call that fails throws an error for which
 * `APICallError.isInstance` holds, with the client's own error as `cause`; `ai` does not retry it, since the client has.
 */
export function aiSdk<V extends AiVersion = 7>(client: Client, options: AiSdkOptions<V> = {}): AiSdkProvider<V> {
  const { version = 7 as V, supportedUrls = {} } = options
  const specificationVersion = SPECIFICATION[version]
  const translation = TRANSLATIONS[version] as Translation<V> | undefined
  if (!translation) throw new ConfigError('version', `expected 5, 6 or 7, got ${JSON.stringify(version)}`)
  const facts = (modelId: string): ModelFacts<V> => ({ specificationVersion, provider: OWN, modelId })
  /** One kind of model: a method that calls the client, and says its warnings in the words of the version. */
  const said = <R extends { warnings: Warning[] }>(
    result: R,
  ): Omit<R, 'warnings'> & { warnings: Words[V]['warning'][] } => ({
    ...result,
    warnings: translation.warnings(result.warnings),
  })

  const languageModel = (modelId: string, defaults?: ModelOptions): AiLanguageModel<V> => ({
    ...facts(modelId),
    supportedUrls,
    doGenerate: async (asked) => translation.text(await generate({ client, model: modelId, defaults }, asked)),
    doStream: async (asked) => translation.stream(await stream({ client, model: modelId, defaults }, asked)),
  })
  const embeddingModel = (modelId: string, defaults?: ModelOptions): AiEmbeddingModel<V> => ({
    ...facts(modelId),
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: true,
    doEmbed: (asked) => calling(modelId, async () => said(await embed({ client, model: modelId, defaults }, asked))),
  })
  return Object.assign((modelId: string, defaults?: ModelOptions) => languageModel(modelId, defaults), {
    specificationVersion,
    languageModel,
    embeddingModel,
    textEmbeddingModel: embeddingModel,
    imageModel: (modelId: string, defaults?: ModelOptions): AiImageModel<V> => ({
      ...facts(modelId),
      maxImagesPerCall: IMAGES_PER_CALL,
      doGenerate: (asked) =>
        calling(modelId, async () => said(await makeImages({ client, model: modelId, defaults }, asked))),
    }),
    speechModel: (modelId: string, defaults?: ModelOptions): AiSpeechModel<V> => ({
      ...facts(modelId),
      doGenerate: (asked) =>
        calling(modelId, async () => said(await speak({ client, model: modelId, defaults }, asked))),
    }),
    transcriptionModel: (modelId: string, defaults?: ModelOptions): AiTranscriptionModel<V> => ({
      ...facts(modelId),
      doGenerate: (asked) =>
        calling(modelId, async () => said(await transcribe({ client, model: modelId, defaults }, asked))),
    }),
    rerankingModel: (modelId: string, defaults?: ModelOptions): AiRerankingModel<V> => ({
      ...facts(modelId),
      doRerank: (asked) => calling(modelId, async () => said(await rank({ client, model: modelId, defaults }, asked))),
    }),
  })
}

function generate({ client, model, defaults }: Caller, asked: AskedText): Promise<TextResult> {
  return calling(model, async () => {
    const { body, options, warnings } = textCall(model, asked, defaults)
    const answer = await client.chat.completions.create({ ...body, stream: false }, options)
    const { _meta: meta } = answer
    const [choice] = answer.choices
    return {
      content: contentOf(answer, audioFormat(body)),
      finishReason: finishOf(choice?.finish_reason, choice?.native_finish_reason),
      usage: usageOf(meta.usage),
      providerMetadata: metadataOf(meta),
      request: { body },
      response: responseOf(answer),
      warnings: [...warnings, ...warningsOf(meta)],
    }
  })
}

function stream({ client, model, defaults }: Caller, asked: AskedText): Promise<StreamResult> {
  return calling(model, async () => {
    const { body, options, warnings } = textCall(model, asked, defaults)
    const request = { ...body, stream: true as const, stream_options: { include_usage: true } }
    const chunks = await client.chat.completions.create(request, options)
    const setting = { model, warnings, raw: asked.includeRawChunks === true, audioFormat: audioFormat(body) }
    return { stream: partsOf(chunks, setting), request: { body } }
  })
}

/** The format of audio that the request asks for. */
function audioFormat(body: ChatBody): string {
  return asString(path(body, 'audio', 'format')) ?? 'wav'
}
