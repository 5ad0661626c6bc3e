/** OpenAI's operations beside chat: images, sound, moderations and decisions. */
import { sse, type FakeFormat, type Json } from './shape.js'

const TOKENS = {
  input_tokens: 9,
  input_tokens_details: { text_tokens: 6, image_tokens: 3 },
  output_tokens: 40,
  total_tokens: 49,
}
const HEARD = {
  type: 'tokens',
  input_tokens: 14,
  input_token_details: { text_tokens: 0, audio_tokens: 14 },
  output_tokens: 6,
  total_tokens: 20,
}

const isTimed = (body: Json): boolean => String(body['model']).startsWith('whisper')

function whole(path: string, body: Json): Json | string | Buffer {
  const model = `${String(body['model'])}-2026`
  if (path.endsWith('/audio/speech')) return Buffer.from([0xff, 0xfb, 1, 2, 3])
  if (path.includes('/images/')) {
    const data = [{ b64_json: 'aGk=' }, { b64_json: 'aGk=' }]
    return isTimed(body) || String(body['model']).startsWith('dall')
      ? { created: 1, data }
      : { created: 1, data, size: '1024x1024', quality: 'low', usage: TOKENS }
  }
  if (path.includes('/audio/')) {
    if (body['response_format'] === 'text') return 'Hello.'
    if (body['response_format'] === 'verbose_json')
      return { task: 'transcribe', language: 'english', duration: 7.5, text: 'Hello.', segments: [] }
    return { text: 'Hello.', usage: isTimed(body) ? { type: 'duration', seconds: 12 } : HEARD }
  }
  if (path.endsWith('/moderations'))
    return { id: 'modr_1', model, results: [{ flagged: false, categories: {}, category_scores: {} }] }
  if (path.endsWith('/responses/input_tokens')) return { object: 'response.input_tokens', input_tokens: 42 }
  if (path.endsWith('/responses/compact'))
    return {
      id: 'resp_compact',
      object: 'response.compaction',
      created_at: 1,
      output: [{ type: 'compaction', id: 'cmp_1', encrypted_content: 'x' }],
      usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
    }
  return {
    answers: [{ type: 'predicate', name: null, probability: 0.9 }],
    model,
    usage: {
      input_tokens: 11,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 18,
    },
  }
}

function events(path: string): string[] {
  if (path.includes('/audio/'))
    return [
      sse({ type: 'transcript.text.delta', delta: 'Hel' }),
      sse({ type: 'transcript.text.delta', delta: 'lo.' }),
      sse({ type: 'transcript.text.done', text: 'Hello.', usage: HEARD }),
    ]
  const name = path.endsWith('/edits') ? 'image_edit' : 'image_generation'
  return ['partial_image', 'completed'].map((step) => {
    const type = `${name}.${step}`
    return sse({ type, b64_json: 'aGk=', ...(step === 'completed' && { usage: TOKENS }) }, type)
  })
}

export const openaiMedia: FakeFormat = {
  path: /\/(audio\/\w+|images\/(generations|edits|variations)|moderations|decisions|responses\/(compact|input_tokens))$/,
  streams: (_path, body) => body['stream'] === true,
  whole,
  events,
}
