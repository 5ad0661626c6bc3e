/** OpenRouter's operations whose answers are not OpenAI's (https://openrouter.ai/docs/api-reference/overview). */
import { mistral } from './mistral.js'
import { responsesEvents, responsesObject } from './responses.js'
import { sse, type FakeFormat, type Json } from './shape.js'

const answers = { fits: { type: 'noul', noul: 0.9 } }
const images = { prompt_tokens: 9, completion_tokens: 40, total_tokens: 49, cost: 0.04 }
const video = (status: string): Json => ({ id: 'vid_1', polling_url: 'https://x.test/vid_1', status })

const WHOLE: Readonly<Record<string, (body: Json) => Json>> = {
  rerank: ({ model }) => ({
    id: 'rank_1',
    model,
    results: [{ index: 1, relevance_score: 0.9, document: { text: 'b' } }],
    usage: { total_tokens: 5, cost: 0.001 },
  }),
  decisions: ({ model }) => ({ id: 'dec_1', model, answers, usage: { input_tokens: 11, output_tokens: 0 } }),
  systemone: ({ model }) => ({ id: 'dec_2', model, answers, usage: { input_tokens: 11, output_tokens: 0 } }),
  images: () => ({ created: 1, data: [{ b64_json: 'aGk=' }], usage: images }),
  transcriptions: () => ({ text: 'Hello.', usage: { seconds: 12, cost: 0.002 } }),
  videos: () => video('pending'),
  vid_1: () => ({ ...video('completed'), usage: { cost: 0.5 } }),
}

const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const modelOf = (body: Json): string => `${String(body['model'])}-2026`
/** The model asks for its tool until it has seen a result. */
const wantsTool = (body: Json): boolean =>
  Array.isArray(body['tools']) && !JSON.stringify(body['input']).includes('function_call_output')

export const openrouter: FakeFormat = {
  path: /^\/openrouter\/(?!embeddings|audio\/speech)/,
  streams: (_path, body) => body['stream'] === true,
  status: (path) => (path.endsWith('/videos') ? 202 : 200),
  whole(path, body) {
    if (path.endsWith('/responses')) return responsesObject(body, modelOf(body), wantsTool(body))
    if (!path.endsWith('/completions')) return WHOLE[last(path)]?.(body) ?? {}
    // A field without a value is left out, where Mistral writes `null`.
    const text = JSON.stringify({ ...(mistral.whole(path, body) as Json), system_fingerprint: '' })
    return JSON.parse(text, (_key, value: unknown) => value ?? undefined) as Json
  },
  events(path, body) {
    if (path.endsWith('/responses')) return responsesEvents(body, modelOf(body), wantsTool(body))
    if (path.endsWith('/completions')) return mistral.events(path, body)
    return [
      sse({ type: 'image_generation.partial_image', b64_json: 'aGk=', partial_image_index: 0, created: 1 }),
      sse({ type: 'image_generation.completed', b64_json: 'aGk=', created: 1, usage: images }),
      sse('[DONE]'),
    ]
  },
  error: (status, { message }) => ({ error: { code: status, message } }),
}
