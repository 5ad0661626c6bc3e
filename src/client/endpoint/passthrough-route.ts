/** Routes of what is passed on in OpenAI's own shape: moderations, images, audio. */
import type { Catalogue } from '../../kernel/catalogue.js'
import { asString } from '../../kernel/json.js'
import type { JsonObject, PassthroughFormat } from '../../kernel/protocol.js'
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

/** A route for each format that the client has. */
export function passthroughRoutes({ passthroughs }: Catalogue): readonly Route[] {
  return [...passthroughs.values()].map((format) => ({
    method: 'POST',
    paths: [`/v1${format.path}`, format.path],
    errors: 'openai-chat',
    answer: (endpoint, incoming) => answer(format, endpoint, incoming),
  }))
}

async function answer(format: PassthroughFormat, endpoint: EndpointContext, incoming: Incoming): Promise<Response> {
  const given = format.request === 'json' ? await incoming.json() : fieldsOf(await incoming.form())
  const { body, options } = askedOf(endpoint, incoming, given)
  const operation = format.response === 'json' ? passthroughJson(format.id) : passthroughBytes(format.id)
  const result = await perform(endpoint.client, operation as ReturnType<typeof passthroughJson>, body, options)
  if (result instanceof Response) {
    incoming.caller.streams()
    return withMeta(result as WithMeta<Response>)
  }
  if (result instanceof ModelStream) return events(endpoint, incoming, result as ModelStream<StreamItem<JsonObject>>)
  const { _meta, ...wire } = result as WithMeta<JsonObject>
  const headers = metaHeaders(_meta, true)
  // What the provider answers as text, the operation gives as an object with that text.
  const isText = format.textFormats?.includes(asString(body['response_format']) ?? '')
  return isText ? new Response(String(wire['text']), { headers }) : Response.json(wire, { headers })
}

/** Several values of one name are a list. */
function fieldsOf(form: FormData): JsonObject {
  const fields = [...new Set(form.keys())].map((name) => {
    const values = form.getAll(name)
    const isList = name.endsWith('[]') || values.length > 1
    return [name.replace(/\[\]$/, ''), isList ? values : values[0]] as const
  })
  // Unlike an assignment, this makes `__proto__` a field as any other.
  const body: JsonObject = Object.fromEntries(fields)
  return body['stream'] === 'true' ? { ...body, stream: true } : body
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
