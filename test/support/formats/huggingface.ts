/** Hugging Face's own tasks below its router, and its table of who serves a model (https://huggingface.co/docs/inference-providers). */
import { pieces, sse, type FakeFormat, type Json } from './shape.js'

const WORDS = 'Hello there, friend.'
const TASK_OF: Readonly<Record<string, string>> = {
  vectors: 'feature-extraction',
  short: 'summarization',
  speaker: 'text-to-speech',
  listener: 'automatic-speech-recognition',
  writer: 'text-generation',
  labels: 'text-classification',
  painter: 'text-to-image',
}

const LAST = { finish_reason: 'eos_token', generated_tokens: 7, input_length: 11, seed: null }

const nameIn = (path: string): string => /\/acme\/([\w-]+)/.exec(path)?.[1] ?? ''

function whole(path: string): Json | string | Buffer {
  const name = nameIn(path)
  if (path.includes('/api/models/'))
    return {
      inferenceProviderMapping: {
        'hf-inference': {
          providerId: path.slice(path.indexOf('/models/') + 8),
          status: 'live',
          task: TASK_OF[name] ?? 'conversational',
        },
      },
    }
  if (name === 'speaker') return Buffer.from([0xff, 0xfb, 1])
  if (name === 'painter') return Buffer.from([0xff, 0xd8, 1])
  const answers: Readonly<Record<string, unknown>> = {
    listener: { text: 'Hello.' },
    vectors: [[0.5, -0.25]],
    labels: [[{ label: 'good', score: 0.9 }]],
    writer: [{ generated_text: WORDS, details: LAST }],
  }
  return (answers[name] ?? [{ summary_text: 'Short.' }]) as Json
}

/** https://huggingface.co/docs/text-generation-inference/conceptual/streaming */
function events(): string[] {
  const words = pieces(WORDS)
  return words.map((text, id) => {
    const isLast = id === words.length - 1
    const end = { generated_text: isLast ? WORDS : null, details: isLast ? LAST : null }
    return sse({ index: id, token: { id, text, logprob: 0, special: false }, ...end })
  })
}

export const huggingface: FakeFormat = {
  path: /^\/hf\/(?!.*\/v1\/)/,
  streams: (_path, body) => body['stream'] === true,
  whole,
  events,
  headers: (path): Record<string, string> => (nameIn(path) === 'painter' ? { 'content-type': 'image/jpeg' } : {}),
  error: (_status, { message }) => ({ error: message }),
}
