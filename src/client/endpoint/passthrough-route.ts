/** Routes of what is passed on in OpenAI's own shape: moderations, images, audio. */
import type { JsonObject, PassthroughId } from '../../kernel/protocol.js'
import { encodeFrame, FRAMING_MEDIA_TYPES } from '../../kernel/frames.js'
import { perform } from '../call/perform.js'
import { passthroughBytes, passthroughJson } from '../faces/passthrough-operation.js'
import { ModelStream } from '../streams/model-stream.js'
import type { CallMeta, StreamItem, WithMeta } from '../types/meta.js'
import { askedOf } from './asked.js'
import { errorBody, failureOf } from './error-answer.js'
import type { Incoming } from './incoming.js'
import { bytesOf, metaHeaders } from './outgoing.js'
import type { EndpointContext, Route } from './route-table.js'

interface PassthroughRow {
  readonly format: PassthroughId
  readonly path: string
  readonly request: 'json' | 'multipart'
  readonly answer: 'json' | 'bytes'
}

// https://platform.openai.com/docs/api-reference
const ROWS: readonly PassthroughRow[] = [
  { format: 'openai-moderations', path: '/moderations', request: 'json', answer: 'json' },
  { format: 'openai-images', path: '/images/generations', request: 'json', answer: 'json' },
  { format: 'openai-image-edits', path: '/images/edits', request: 'multipart', answer: 'json' },
  { format: 'openai-image-variations', path: '/images/variations', request: 'multipart', answer: 'json' },
  { format: 'openai-speech', path: '/audio/speech', request: 'json', answer: 'bytes' },
  { format: 'openai-transcriptions', path: '/audio/transcriptions', request: 'multipart', answer: 'json' },
  { format: 'openai-translations', path: '/audio/translations', request: 'multipart', answer: 'json' },
]

export const PASSTHROUGH_ROUTES: readonly Route[] = ROWS.map((row) => ({
  method: 'POST',
  paths: [`/v1${row.path}`, row.path],
  errors: 'openai-chat',
  answer: (endpoint, incoming) => answer(row, endpoint, incoming),
}))

async function answer(row: PassthroughRow, endpoint: EndpointContext, incoming: Incoming): Promise<Response> {
  const given = row.request === 'json' ? await incoming.json() : fieldsOf(await incoming.form())
  const { body, options } = askedOf(endpoint, incoming, given)
  const operation = row.answer === 'json' ? passthroughJson(row.format) : passthroughBytes(row.format)
  const result = await perform(endpoint.client, operation as ReturnType<typeof passthroughJson>, body, options)
  if (result instanceof Response) {
    incoming.caller.streams()
    return withMeta(result as WithMeta<Response>)
  }
  if (result instanceof ModelStream) return events(endpoint, incoming, result as ModelStream<StreamItem<JsonObject>>)
  const { _meta, ...wire } = result as WithMeta<JsonObject>
  const headers = metaHeaders(_meta, true)
  // What the provider answers as text, the operation gives as an object with that text.
  const isText = typeof body['response_format'] === 'string' && /^(text|srt|vtt)$/.test(body['response_format'])
  return isText ? new Response(String(wire['text']), { headers }) : Response.json(wire, { headers })
}

/** Several values of one name are a list. */
function fieldsOf(form: FormData): JsonObject {
  const body: JsonObject = {}
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name)
    const plain = name.endsWith('[]') ? name.slice(0, -2) : name
    body[plain] = name.endsWith('[]') || values.length > 1 ? values : values[0]
  }
  if (body['stream'] === 'true') body['stream'] = true
  return body
}

function withMeta(response: WithMeta<Response>): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(metaHeaders(response._meta, false))) headers.set(name, value)
  return new Response(response.body, { status: response.status, headers })
}

function events(
  { client }: EndpointContext,
  { caller }: Incoming,
  stream: ModelStream<StreamItem<JsonObject>>,
): Response {
  const body = bytesOf(
    stream,
    {
      item({ _meta, ...data }: JsonObject & { _meta?: CallMeta }) {
        const { type } = data
        return encodeFrame({ ...(typeof type === 'string' && { event: type }), data })
      },
      end: () => encodeFrame({ data: '[DONE]' }),
      failed: (error) => encodeFrame({ data: errorBody(client, 'openai-chat', failureOf(error)) }),
    },
    caller,
  )
  return new Response(body, { headers: { 'content-type': FRAMING_MEDIA_TYPES.sse } })
}
