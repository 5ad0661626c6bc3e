/** Pinecone's records, documents, models and assistants (https://docs.pinecone.io/reference/api). */
import { pieces, sse, type FakeFormat, type Json } from './shape.js'

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const TEXT = 'Hello there, friend.'
const vector = { id: 'a', values: [0.5, 0.25], metadata: { kind: 'note' } }

/** By the end of the path. */
const ANSWERS: readonly (readonly [RegExp, (body: Json) => Json])[] = [
  [
    /\/query$/,
    () => ({
      matches: [
        { ...vector, score: 0.75 },
        { id: 'b', score: 0.5, values: [] },
      ],
      namespace: 'ns',
    }),
  ],
  [/\/vectors\/fetch$/, () => ({ vectors: { a: vector, b: { ...vector, id: 'b' } }, namespace: 'ns' })],
  [/\/vectors\/upsert$/, () => ({ upsertedCount: 2 })],
  [
    /\/records\/namespaces\/\w+\/search$/,
    () => ({ result: { hits: [{ _id: 'a', _score: 0.75, fields: { text: 'a text' } }] }, usage: { read_units: 1 } }),
  ],
  [
    /\/documents\/search$/,
    () => ({ matches: [{ _id: 'a', _score: 0.75, text: 'a text' }], namespace: 'ns', usage: { read_units: 1 } }),
  ],
  [
    /\/embed$/,
    ({ model }) => ({
      model,
      vector_type: 'dense',
      data: [{ vector_type: 'dense', values: [0.5, 0.25] }],
      usage: { total_tokens: 5 },
    }),
  ],
  [/\/rerank$/, ({ model }) => ({ model, data: [{ index: 1, score: 0.9 }], usage: { rerank_units: 1 } })],
  [
    /\/context$/,
    () => ({
      id: 'ctx_1',
      snippets: [{ type: 'text', content: 'a text', score: 0.75, reference: { type: 'text', file: { id: 'f1' } } }],
      usage,
    }),
  ],
  [
    /\/chat\/completions$/,
    ({ model }) => ({
      id: 'chat_1',
      model,
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: TEXT } }],
      usage,
    }),
  ],
  [
    /\/chat\/\w+$/,
    ({ model }) => ({
      id: 'chat_1',
      model,
      finish_reason: 'stop',
      message: { role: 'assistant', content: TEXT },
      citations: [],
      usage,
    }),
  ],
]

function chatEvents({ model }: Json): string[] {
  const event = (data: Json): string => sse({ id: 'chat_1', model, ...data })
  return [
    event({ type: 'message_start', role: 'assistant' }),
    ...pieces(TEXT).map((content) => event({ type: 'content_chunk', delta: { content } })),
    event({ type: 'citation', citation: { position: 1, references: [] } }),
    event({ type: 'message_end', finish_reason: 'stop', usage }),
  ]
}

function completionEvents({ model }: Json): string[] {
  const event = (delta: Json, finish_reason: string | null = null): string =>
    sse({ id: 'chat_1', model, choices: [{ index: 0, delta, finish_reason }] })
  return [event({ role: 'assistant' }), ...pieces(TEXT).map((content) => event({ content })), event({}, 'stop')]
}

export const pinecone: FakeFormat = {
  path: /^\/pinecone\//,
  streams: (_path, body) => body['stream'] === true,
  whole: (path, body) => ANSWERS.find(([end]) => end.test(path))?.[1](body) ?? {},
  events: (path, body) => (path.endsWith('/completions') ? completionEvents(body) : chatEvents(body)),
  error: (status, { message }) => ({ error: { code: 'INVALID_ARGUMENT', message }, status }),
}
