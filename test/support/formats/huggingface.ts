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
}

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
  if (name === 'listener') return { text: 'Hello.' }
  if (name === 'vectors') return [[0.5, -0.25]] as unknown as Json
  if (name === 'labels') return [[{ label: 'good', score: 0.9 }]] as unknown as Json
  return [{ summary_text: 'Short.' }] as unknown as Json
}

export const huggingface: FakeFormat = {
  path: /^\/hf\/(?!.*\/v1\/)/,
  streams: (_path, body) => body['stream'] === true,
  whole,
  events: () =>
    pieces(WORDS).map((text, id) => sse({ token: { id, text, logprob: 0, special: false }, details: null })),
  error: (_status, { message }) => ({ error: message }),
}
