/** Every wire format of chat is a face: a body of Messages, Gemini or Converse is answered in it, whatever the target speaks. */
import { describe, expect, test } from 'vitest'
import { everything } from '../../src/whole-catalogue.js'
import { perform } from '../../src/client/call/perform.js'
import { face } from '../../src/client/faces/face.js'
import { wireFormat } from '../../src/client/faces/wire-format.js'
import { openContext } from '../../src/client/open-context.js'
import type { JsonObject, ProtocolId } from '../../src/kernel/protocol.js'

type Answered = Record<string, unknown> & { readonly _meta: Record<string, unknown> }

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const called = { name: 'find', arguments: '{"q":"x"}' }
const message = {
  role: 'assistant',
  content: 'Hello',
  refusal: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: called }],
}
const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message, finish_reason: 'tool_calls', logprobs: null }],
  usage,
}
const piece = (delta: object, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
const chunks = [
  piece({ role: 'assistant', content: 'Hel' }),
  piece({ content: 'lo' }),
  piece({ tool_calls: [{ index: 0, ...message.tool_calls[0] }] }),
  piece({}, 'tool_calls'),
  { ...piece({}), choices: [], usage },
]

interface Sent {
  readonly url: string
  readonly body: JsonObject
}

/** Targets of OpenAI's chat format, and of the caller's own. */
function contextFor(format: ProtocolId, answer: object = completion, events: readonly object[] = chunks) {
  const sent: Sent[] = []
  const fetch = (async (url: string, { body }: RequestInit) => {
    const read = JSON.parse(body as string) as JsonObject
    sent.push({ url, body: read })
    if (read['stream'] !== true && !/stream/i.test(url)) return Response.json(answer)
    const text = [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('')
    return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
  }) as typeof globalThis.fetch
  const providers = {
    chat: { baseURL: 'http://chat/v1' },
    own: { baseURL: 'http://own', protocol: format, apiKey: 'k' },
  }
  return { client: openContext(everything, { fetch, providers, retries: 0 }, () => []), sent }
}

const question = 'Where?'
const cases: readonly {
  format: ProtocolId
  body: JsonObject
  answer: object
  text: string
  first: object
  last: object
}[] = [
  {
    format: 'anthropic-messages',
    body: {
      max_tokens: 100,
      messages: [{ role: 'user', content: question }],
      tools: [{ name: 'find', input_schema: { type: 'object' } }],
    },
    answer: {
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'text', text: 'Hello' },
        { type: 'tool_use', id: 'call_1', name: 'find', input: { q: 'x' } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 10, output_tokens: 5 },
    },
    text: '"text":"lo"',
    first: { type: 'message_start' },
    last: { type: 'message_stop' },
  },
  {
    format: 'gemini-generate',
    body: { contents: [{ role: 'user', parts: [{ text: question }] }] },
    answer: {
      candidates: [
        {
          content: { role: 'model', parts: [{ text: 'Hello' }, { functionCall: { name: 'find', args: { q: 'x' } } }] },
          finishReason: 'STOP',
        },
      ],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
    },
    text: '"text":"lo"',
    first: { candidates: [{ content: { parts: [{ text: 'Hel' }] } }] },
    last: { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 } },
  },
  {
    format: 'bedrock-converse',
    body: { messages: [{ role: 'user', content: [{ text: question }] }] },
    answer: {
      output: {
        message: {
          role: 'assistant',
          content: [{ text: 'Hello' }, { toolUse: { toolUseId: 'call_1', name: 'find', input: { q: 'x' } } }],
        },
      },
      stopReason: 'tool_use',
      usage: { inputTokens: 10, outputTokens: 5 },
    },
    text: '"text":"lo"',
    first: { messageStart: { role: 'assistant' } },
    last: { metadata: { usage: { inputTokens: 10, outputTokens: 5 } } },
  },
]

describe.each(cases)('$format', ({ format, body, answer, text, first, last }) => {
  const operation = face(wireFormat(format))

  test('over a target of another format, whole', async () => {
    const { client, sent } = contextFor(format)
    const given = (await perform(client, operation, { ...body, model: 'chat/m' })) as Answered
    expect(sent.map(({ url }) => url)).toEqual(['http://chat/v1/chat/completions'])
    expect(sent[0]?.body).toMatchObject({ model: 'm', messages: [{ role: 'user', content: question }] })
    expect(given).toMatchObject(answer)
    expect(given._meta).toMatchObject({ provider: 'chat', usage, attempts: [{ target: 'chat/m' }] })
  })

  test('over a target of another format, as a stream', async () => {
    const { client, sent } = contextFor(format)
    const stream = (await perform(client, operation, {
      ...body,
      model: 'chat/m',
      stream: true,
    })) as AsyncIterable<Answered>
    const events: Answered[] = []
    for await (const event of stream) events.push(event)
    expect(sent[0]?.body).toMatchObject({ stream: true })
    expect(events[0]).toMatchObject(first)
    expect(events.at(-1)).toMatchObject(last)
    expect(JSON.stringify(events)).toContain(text)
    expect(events.filter(({ _meta }) => _meta)).toEqual([events.at(-1)])
  })

  test('over a target of its own format: the body goes out as it is, and the answer comes back so', async () => {
    const wire = { ...answer, unheardOf: { kept: true } }
    const { client, sent } = contextFor(format, wire)
    const given = (await perform(client, operation, { ...body, model: 'own/m', alsoUnheardOf: [1] })) as Answered
    const inPath = sent[0]?.url.includes('/m:') || sent[0]?.url.includes('/m/')
    expect(sent[0]?.body).toEqual({ ...body, alsoUnheardOf: [1], ...(!inPath && { model: 'm' }) })
    const { _meta, ...rest } = given
    expect(rest).toEqual(wire)
    expect(_meta).toMatchObject({ usage })
  })

  test('a body that is none is one error, and nothing is sent', async () => {
    const { client, sent } = contextFor(format)
    await expect(perform(client, operation, { model: 'nowhere/m', ...body })).rejects.toMatchObject({
      name: 'ConfigError',
    })
    await expect(perform(client, operation, body)).rejects.toMatchObject({ name: 'ConfigError' })
    expect(sent).toEqual([])
  })
})
