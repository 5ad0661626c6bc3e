/** Calls of all models but language models: vectors, images, speech, transcripts, rankings. */
import type { Client } from '../client/types/client.js'
import { asArray, asNumber, asString, compact, isObject, path } from '../kernel/json.js'
import { metadataOf, warningsOf } from './ai-answer.js'
import type {
  AskedEmbedding,
  AskedImageFile,
  AskedImages,
  AskedRanking,
  AskedSpeech,
  AskedTranscript,
} from './ai-asked.js'
import { base64Of, bytesOf } from './files.js'
import type {
  EmbeddingResult,
  ImagesResult,
  RankingResult,
  SpeechResult,
  SpokenText,
  TranscriptResult,
  Warning,
} from './given.js'
import { OWN } from './kept.js'
import type { ModelOptions } from './provider-types.js'
import { callOf } from './ai-request.js'

/** The client and the model of a call. */
export interface Caller {
  readonly client: Client
  readonly model: string
  readonly defaults: ModelOptions | undefined
}

export async function embed({ client, model, defaults }: Caller, asked: AskedEmbedding): Promise<EmbeddingResult> {
  const { options, fields, warnings } = callOf(asked, defaults)
  const length = asked.dimensions === undefined ? {} : { dimensions: asked.dimensions }
  const body = { ...length, ...fields, model, input: [...asked.values] }
  const { data, _meta: meta } = await client.embeddings.create(body, options)
  const tokens = meta.usage?.prompt_tokens
  return {
    embeddings: data.map(({ embedding }) => embedding),
    ...(tokens !== undefined && { usage: { tokens } }),
    providerMetadata: metadataOf(meta),
    warnings: [...warnings, ...warningsOf(meta)],
  }
}

export async function makeImages({ client, model, defaults }: Caller, asked: AskedImages): Promise<ImagesResult> {
  const { options, fields, warnings } = callOf(asked, defaults)
  if (asked.aspectRatio !== undefined) warnings.push(unsupported('aspectRatio', 'give `size`'))
  const { n, size, seed, files = [] } = asked
  const body = compact({ ...fields, model, prompt: asked.prompt ?? '', n, size, seed })
  const answer =
    files.length > 0
      ? await client.images.edit(
          compact({
            ...body,
            image: await Promise.all(files.map((file) => blobOf(file, asked.abortSignal))),
            mask: asked.mask && (await blobOf(asked.mask, asked.abortSignal)),
          }),
          options,
        )
      : await client.images.generate(body, options)
  const { data = [], _meta: meta } = answer
  const images = await Promise.all(
    data.map(async ({ b64_json: base64, url }) => {
      if (base64 !== undefined) return base64
      return base64Of(new Uint8Array(await (await download(url ?? '', asked.abortSignal)).arrayBuffer()))
    }),
  )
  const revised = data.map(({ revised_prompt: prompt }) => (prompt === undefined ? null : { revisedPrompt: prompt }))
  return {
    images,
    warnings: [...warnings, ...warningsOf(meta)],
    providerMetadata: { [OWN]: { ...metadataOf(meta)[OWN], images: revised } },
    response: { timestamp: new Date(), modelId: meta.model, headers: undefined },
  }
}

async function blobOf(file: AskedImageFile, signal: AbortSignal | undefined): Promise<Blob> {
  if (file.type === 'url') return (await download(file.url, signal)).blob()
  return new File([bytesOf(file.data)], `image.${file.mediaType.split('/')[1] ?? 'png'}`, { type: file.mediaType })
}

async function download(url: string, signal: AbortSignal | undefined): Promise<Response> {
  const response = await fetch(url, signal ? { signal } : {})
  if (!response.ok) throw new Error(`the image could not be downloaded: status ${response.status}`)
  return response
}

export async function speak({ client, model, defaults }: Caller, asked: AskedSpeech): Promise<SpeechResult> {
  const { options, fields, warnings } = callOf(asked, defaults)
  if (asked.language !== undefined) warnings.push(unsupported('language'))
  const { text, voice = 'alloy', outputFormat, instructions, speed } = asked
  const body = compact({ ...fields, model, input: text, voice, response_format: outputFormat, instructions, speed })
  const answer = await client.audio.speech.create(body, options)
  const audio = new Uint8Array(await answer.arrayBuffer())
  const { _meta: meta } = answer
  return {
    audio,
    warnings: [...warnings, ...warningsOf(meta)],
    providerMetadata: metadataOf(meta),
    response: { timestamp: new Date(), modelId: meta.model },
  }
}

export async function transcribe(
  { client, model, defaults }: Caller,
  asked: AskedTranscript,
): Promise<TranscriptResult> {
  const { options, fields, warnings } = callOf(asked, defaults)
  const { mediaType, timestampGranularities: times } = asked
  const file = new File([bytesOf(asked.audio)], `audio.${EXTENSIONS[mediaType] ?? mediaType.split('/')[1] ?? 'wav'}`, {
    type: mediaType,
  })
  // Only this format has times (https://platform.openai.com/docs/api-reference/audio/createTranscription).
  const timed = times?.length ? { response_format: 'verbose_json', timestamp_granularities: times } : {}
  const answer = await client.audio.transcriptions.create({ ...timed, ...fields, model, file }, options)
  const { _meta: meta } = answer
  const words = spoken(answer['words'], 'word')
  return {
    text: answer.text,
    segments: spoken(answer['segments'], 'text'),
    ...(words.length > 0 && { words }),
    language: asString(answer['language']),
    durationInSeconds: asNumber(answer['duration']),
    warnings: [...warnings, ...warningsOf(meta)],
    providerMetadata: metadataOf(meta),
    response: { timestamp: new Date(), modelId: meta.model },
  }
}

/** Endings that servers know for media types whose second half is none. */
const EXTENSIONS: Readonly<Record<string, string>> = { 'audio/mpeg': 'mp3', 'audio/x-wav': 'wav', 'audio/mp4': 'm4a' }

function spoken(list: unknown, field: string): SpokenText[] {
  return asArray(list)
    .filter(isObject)
    .map((entry) => ({
      text: asString(entry[field]) ?? '',
      startSecond: asNumber(entry['start']) ?? 0,
      endSecond: asNumber(entry['end']) ?? 0,
    }))
}

export async function rank({ client, model, defaults }: Caller, asked: AskedRanking): Promise<RankingResult> {
  const { options, fields, warnings } = callOf(asked, defaults)
  const documents = asked.documents.values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const most = asked.topN === undefined ? {} : { top_n: asked.topN }
  const body = { ...most, ...fields, model, query: asked.query, documents }
  const answer = await client.rerank.create(body, options)
  return {
    ranking: answer.results.map(({ index, relevance_score: relevanceScore }) => ({ index, relevanceScore })),
    providerMetadata: metadataOf(answer._meta),
    warnings: [...warnings, ...warningsOf(answer._meta)],
    response: {
      ...(answer.id !== '' && { id: answer.id }),
      modelId: asString(path(answer, 'model')) || answer._meta.model,
    },
  }
}

function unsupported(feature: string, details?: string): Warning {
  return { type: 'unsupported', feature, ...(details !== undefined && { details }) }
}
