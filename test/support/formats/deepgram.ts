/** Deepgram: transcripts, speech and readings of texts. */
import type { FakeFormat } from './shape.js'

const METADATA = {
  request_id: 'dg_1',
  sha256: 'x',
  created: '2026-01-01T00:00:00Z',
  duration: 12.5,
  channels: 1,
  models: ['m1'],
  model_info: { m1: { name: 'general-nova-3', version: '2026', arch: 'nova-3' } },
}

export const deepgram: FakeFormat = {
  path: /\/deepgram\/v[12]\//,
  streams: () => false,
  whole(path) {
    if (path.endsWith('/speak')) return Buffer.from([0xff, 0xfb, 1, 2, 3])
    if (path.endsWith('/read')) {
      const summary_info = { model_uuid: 'm2', input_tokens: 20, output_tokens: 5 }
      return {
        metadata: {
          request_id: 'dg_2',
          summary_info,
          topics_info: { model_uuid: 'm3', input_tokens: 10, output_tokens: 2 },
        },
        results: { summary: { text: 'short' } },
      }
    }
    return {
      metadata: METADATA,
      results: { channels: [{ alternatives: [{ transcript: 'Hello.', confidence: 0.9, words: [] }] }] },
    }
  },
  events: () => [],
  error: (_status, { message }) => ({ err_code: 'BAD', err_msg: message, request_id: 'dg_0' }),
}
