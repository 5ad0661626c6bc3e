/**
 * A loopback server that speaks the wire formats of the SDKs under test and records every request. The
 * path says how it behaves: `/<run>/<behaviour>/v1/chat/completions`.
 */
import { breakOff, isGone, listenBoth, type AnyRequest, type AnyResponse } from './both-http.js'
import { formatAt } from './formats/index.js'
import { backgroundEvents, backgroundResponse } from './formats/openai-background.js'
import { responsesEvents, responsesObject } from './formats/responses.js'
import { pieces, sse, textOf, type Json } from './formats/shape.js'
import { answerGrpc, caseOf, grpcBody, isGrpc } from './grpc.js'
import { bodyOf, headersOf } from './recorded.js'

export interface RecordedRequest {
  readonly run: string
  readonly behaviour: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly traceparents: number
  readonly body: unknown
}

export interface FakeProvider {
  readonly origin: string
  /** Requests of a run so far, in order of arrival. */
  requests(run: string): readonly RecordedRequest[]
  close(): Promise<void>
}

const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
}

/** Names run and behaviour, as the path does otherwise. */
const CASE_HEADER = 'x-case'

export async function startFakeProvider(): Promise<FakeProvider> {
  const recorded: RecordedRequest[] = []
  const seen = new Map<string, number>()
  const server = await listenBoth((request, response) => {
    // Some SDKs hand out all headers, and runs are compared.
    response.sendDate = false
    void answer(request, response).catch(() => response.destroy())
  })

  async function answer(request: AnyRequest, response: AnyResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    // Clients that take no path are told apart by a header, or by their token.
    const told = headersOf(request)[CASE_HEADER] ?? (isGrpc(request) ? caseOf(request) : undefined)
    const url = told === undefined ? (request.url ?? '') : `/${told}${request.url}`
    const [, run = '', behaviour = '', ...rest] = url.split('/')
    const asked = `/${rest.join('/')}`.replace(/\?.*$/, '')
    // Claude on Vertex AI has the model in its path, and the answers of messages.
    const [, vertexModel] = /\/models\/([^/]+):(?:rawPredict|streamRawPredict)$/.exec(asked) ?? []
    const path = vertexModel === undefined ? asked : '/v1/messages'
    const bytes = Buffer.concat(chunks)
    const sent = isGrpc(request) ? grpcBody(path, bytes) : bodyOf(request, bytes.toString('utf8'))
    const body = vertexModel === undefined ? sent : { ...sent, model: vertexModel }
    recorded.push({
      run,
      behaviour,
      path,
      headers: headersOf(request),
      traceparents: request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'traceparent').length,
      body,
    })
    if (isGrpc(request)) return answerGrpc(path, behaviour, body, response)
    const key = `${run}/${behaviour}`
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    await behave({ behaviour, path, body, count, response, closed: () => isGone(request) })
  }

  return {
    origin: server.origin,
    requests: (run) => recorded.filter((request) => request.run === run),
    close: () => server.close(),
  }
}

interface Situation {
  readonly behaviour: string
  readonly path: string
  readonly body: Json
  readonly count: number
  readonly response: AnyResponse
  readonly closed: () => boolean
}

const STATUS_ERRORS: Record<string, { status: number; error: Json }> = {
  'error-400': {
    status: 400,
    error: { message: 'bad input', type: 'invalid_request_error', code: 'bad_input', param: null },
  },
  'error-401': {
    status: 401,
    error: { message: 'bad key', type: 'authentication_error', code: 'invalid_api_key', param: null },
  },
  'error-500': { status: 500, error: { message: 'broken', type: 'server_error', code: null, param: null } },
}

const ENDS_IN_THE_MIDDLE: ReadonlySet<string> = new Set(['cut', 'end-early', 'stall'])

async function behave(situation: Situation): Promise<void> {
  const { behaviour, path, body, count, response } = situation
  const format = formatAt(path)
  const fixed = STATUS_ERRORS[behaviour]
  if (fixed) return sendError(path, response, fixed.status, fixed.error)
  if (behaviour === 'error-429-once' && count === 1) {
    response.setHeader('retry-after-ms', '5')
    return sendError(path, response, 429, {
      message: 'slow down',
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      param: null,
    })
  }
  if (behaviour === 'reset') {
    breakOff(response)
    return
  }
  if (behaviour === 'slow') await wait(10_000, situation.closed)
  if (situation.closed()) return
  response.setHeader('x-request-id', 'req_fake')
  response.setHeader('request-id', 'req_fake')
  const background = backgroundResponse(path, body, situation)
  const resumed = background !== undefined && behaviour === 'background-stream' && count === 2
  const streams = format ? format.streams(path, body) : body['stream'] === true || resumed
  if (!streams) {
    const answer = background ?? (format ? format.whole(path, body) : whole(path, body))
    const [type, bytes] = Buffer.isBuffer(answer)
      ? ['audio/mpeg', answer]
      : typeof answer === 'string'
        ? ['text/plain', answer]
        : ['application/json', JSON.stringify(answer)]
    response.statusCode = format?.status?.(path) ?? 200
    response.setHeader('content-type', type)
    for (const [name, value] of Object.entries(format?.headers?.(path) ?? {})) response.setHeader(name, value)
    response.end(bytes)
    return
  }
  response.setHeader('content-type', format?.streamType ?? 'text/event-stream')
  response.flushHeaders()
  const events = background ? backgroundEvents(background) : format ? format.events(path, body) : stream(path, body)
  const cutAt = ENDS_IN_THE_MIDDLE.has(behaviour) ? Math.ceil(events.length / 2) : Infinity
  for (const [index, event] of events.entries()) {
    if (situation.closed()) return
    if (index === cutAt) {
      if (behaviour === 'end-early') response.end()
      // The program leaves it here.
      else if (behaviour === 'stall') await wait(10_000, situation.closed)
      else {
        // What was sent has to be read first, or which error the client meets is a matter of luck.
        await wait(40, situation.closed)
        breakOff(response)
      }
      return
    }
    response.write(event)
    await wait(behaviour === 'drip' ? 60 : 1, situation.closed)
  }
  response.end()
}

async function wait(ms: number, closed: () => boolean): Promise<void> {
  const until = Date.now() + ms
  while (Date.now() < until && !closed()) await new Promise((resolve) => setTimeout(resolve, Math.min(10, ms)))
}

function sendError(path: string, response: AnyResponse, status: number, error: Json): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  const { code: _code, param: _param, ...short } = error
  const own = formatAt(path)?.error?.(status, error)
  response.end(JSON.stringify(own ?? (path.includes('/messages') ? { type: 'error', error: short } : { error })))
}

/** The model asks for its tool until it has seen a result. */
function wantsTool(path: string, body: Json): boolean {
  if (!Array.isArray(body['tools']) || body['tools'].length === 0) return false
  const history = (body['messages'] ?? body['input']) as unknown
  if (!Array.isArray(history)) return true
  return !JSON.stringify(history).match(/"role":"tool"|tool_result|function_call_output/)
}

function whole(path: string, body: Json): Json {
  const model = `${String(body['model'])}-2026`
  const tool = wantsTool(path, body)
  if (path.endsWith('/embeddings')) {
    const vector = [0.5, -0.25, 0.125]
    const base64 = Buffer.from(new Float32Array(vector).buffer).toString('base64')
    return {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: body['encoding_format'] === 'base64' ? base64 : vector }],
      model,
      usage: { prompt_tokens: 5, total_tokens: 5 },
    }
  }
  if (path.endsWith('/count_tokens')) return { input_tokens: 42 }
  if (path.endsWith('/messages')) {
    return {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model,
      content: tool
        ? [{ type: 'tool_use', id: 'toolu_1', name: 'add', input: { a: 2, b: 2 } }]
        : [{ type: 'text', text: textOf(body) }],
      stop_reason: tool ? 'tool_use' : 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 7, cache_read_input_tokens: 4, cache_creation_input_tokens: 0, output_tokens: 7 },
    }
  }
  if (path.endsWith('/responses')) return responsesObject(body, model, tool)
  if (path.endsWith('/chat/completions')) {
    return {
      id: 'chatcmpl_1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model,
      choices: [
        {
          index: 0,
          finish_reason: tool ? 'tool_calls' : 'stop',
          logprobs: null,
          message: tool
            ? { role: 'assistant', content: null, refusal: null, tool_calls: [toolCall()] }
            : { role: 'assistant', content: textOf(body), refusal: null },
        },
      ],
      usage: USAGE,
    }
  }
  if (path.endsWith('/completions')) {
    return {
      id: 'cmpl_1',
      object: 'text_completion',
      created: 1_700_000_000,
      model,
      choices: [{ index: 0, finish_reason: 'stop', logprobs: null, text: 'Hello' }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    }
  }
  return { object: 'list', data: [{ id: 'one', object: 'thing' }], has_more: false }
}

function toolCall(): Json {
  return { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":2,"b":2}' } }
}

function stream(path: string, body: Json): string[] {
  const model = `${String(body['model'])}-2026`
  const tool = wantsTool(path, body)
  if (path.endsWith('/messages')) return anthropicEvents(body, model, tool)
  if (path.endsWith('/responses')) return responsesEvents(body, model, tool)
  if (path.endsWith('/chat/completions')) return chatEvents(body, model, tool)
  const text = (part: Json): string => sse({ id: 'cmpl_1', object: 'text_completion', created: 1, model, ...part })
  return [
    text({ choices: [{ index: 0, text: 'Hel', finish_reason: null, logprobs: null }] }),
    text({ choices: [{ index: 0, text: 'lo', finish_reason: 'stop', logprobs: null }] }),
    sse('[DONE]'),
  ]
}

function chatEvents(body: Json, model: string, tool: boolean): string[] {
  const includeUsage = (body['stream_options'] as Json | undefined)?.['include_usage'] === true
  const chunk = (delta: Json, finish: string | null = null): string =>
    sse({
      id: 'chatcmpl_1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model,
      choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
      ...(includeUsage && { usage: null }),
    })
  const deltas = tool
    ? [
        chunk({
          role: 'assistant',
          content: null,
          tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'add', arguments: '' } }],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":2,' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '"b":2}' } }] }),
        chunk({}, 'tool_calls'),
      ]
    : [
        chunk({ role: 'assistant', content: '' }),
        ...pieces(textOf(body)).map((content) => chunk({ content })),
        chunk({}, 'stop'),
      ]
  if (includeUsage) {
    deltas.push(
      sse({
        id: 'chatcmpl_1',
        object: 'chat.completion.chunk',
        created: 1_700_000_000,
        model,
        choices: [],
        usage: USAGE,
      }),
    )
  }
  return [...deltas, sse('[DONE]')]
}

function anthropicEvents(body: Json, model: string, tool: boolean): string[] {
  const event = (data: Json): string => sse(data, data['type'] as string)
  const block = tool ? { type: 'tool_use', id: 'toolu_1', name: 'add', input: {} } : { type: 'text', text: '' }
  const deltas = tool
    ? ['{"a":2,', '"b":2}'].map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    : pieces(textOf(body)).map((text) => ({ type: 'text_delta', text }))
  return [
    event({
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 7, cache_read_input_tokens: 4, cache_creation_input_tokens: 0, output_tokens: 1 },
      },
    }),
    event({ type: 'content_block_start', index: 0, content_block: block }),
    event({ type: 'ping' }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index: 0, delta })),
    event({ type: 'content_block_stop', index: 0 }),
    event({
      type: 'message_delta',
      delta: { stop_reason: tool ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { output_tokens: 7 },
    }),
    event({ type: 'message_stop' }),
  ]
}
