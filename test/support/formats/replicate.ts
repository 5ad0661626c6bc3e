/** Replicate's predictions (https://replicate.com/docs/reference/http). The input says how they go. */
import { createHash } from 'node:crypto'
import { pieces, sse, type FakeFormat, type Json } from './shape.js'

const TEXT = 'Hello there, friend.'
const metrics = { predict_time: 1.5, total_time: 2 }
const outputs: Readonly<Record<string, unknown>> = {
  image: ['https://files.test/cat.png'],
  file: 'data:image/png;base64,aGk=',
}

function prediction(id: string, { kind = 'text', later, fails }: Json, path: string): Json {
  const isText = kind === 'text'
  const [, model] = /\/models\/([^/]+\/[^/]+)\/predictions$/.exec(path) ?? []
  return {
    id,
    model: model ?? 'owner/model',
    version: 'v1',
    created_at: '2026-11-30T00:00:00Z',
    urls: { get: `https://api.test/${id}`, stream: 'https://stream.test/one' },
    ...(later === true
      ? { status: 'starting', output: null }
      : fails === true
        ? { status: 'failed', output: null, error: 'out of memory (E005)', metrics }
        : {
            status: 'succeeded',
            output: isText ? pieces(TEXT) : outputs[String(kind)],
            metrics: { ...metrics, ...(isText && { input_token_count: 11, output_token_count: 7 }) },
          }),
  }
}

/** The same for the same request, so that runs can be compared. */
const idOf = (body: Json): string => createHash('sha1').update(JSON.stringify(body)).digest('hex').slice(0, 12)

export const replicate: FakeFormat = {
  path: /^\/replicate\//,
  streams: (path) => path.includes('/stream/'),
  status: (path) => (path.endsWith('/predictions') ? 201 : 200),
  whole(path, body) {
    const [, id] = /\/predictions\/([^/]+)$/.exec(path) ?? []
    const input = (body['input'] ?? {}) as Json
    return prediction(id ?? idOf(input), id === undefined ? input : {}, path)
  },
  events: () => [...pieces(TEXT).map((text) => sse(text, 'output')), sse('{}', 'done')],
  error: (status, { message }) => ({ title: 'Error', detail: message, status }),
}
