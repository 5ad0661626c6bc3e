/** Hostile answers to everything but chat: embeddings, rerank, decisions, and the operations that are passed on. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import type { Client } from '../../src/client/types/index.js'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { FormatId, Protocol, ProtocolId } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'
import { sendJson, startServer, type FaultServer } from './fault-server.js'
import { hostile, nested } from './hostile-bodies.js'
import { KEY, MB, faultsOfError, growth, inherited, poisoned, wounded } from './hostile-support.js'

const PROMPT = 'a very private prompt'
const unhandled: unknown[] = []
const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
let server: FaultServer

beforeEach(async () => {
  process.on('unhandledRejection', onUnhandled)
  server = await startServer((_, response) => sendJson(response, 500, {}))
})

afterEach(async () => {
  await server.close()
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
})

interface Face {
  readonly format: FormatId
  readonly name: string
  readonly call: (ai: Client) => Promise<unknown>
  /** An answer as its format has it. */
  readonly good: object
}

async function drained(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of stream) items.push(item)
  return items
}

/** Every codec of one kind. */
const speaking = (kind: Protocol['kind']): ProtocolId[] =>
  (Object.keys(protocols) as ProtocolId[]).filter((id) => protocols[id].kind === kind)

const usage = { prompt_tokens: 3, total_tokens: 3 }
const embeddings = speaking('embeddings').map((format): Face => {
  const codec = protocols[format] as Extract<Protocol, { kind: 'embeddings' }>
  const data = [{ object: 'embedding' as const, index: 0, embedding: [0.5, 0.25] }]
  return {
    format,
    name: 'embeddings',
    call: (ai) => ai.embeddings.create({ model: 'odd/m', input: PROMPT }),
    good: codec.encodeResponse({ object: 'list', model: 'm', data, usage }),
  }
})
const rerank = speaking('rerank').map((format): Face => {
  const codec = protocols[format] as Extract<Protocol, { kind: 'rerank' }>
  const results = [{ index: 0, relevance_score: 0.5, document: { text: 'one' } }]
  return {
    format,
    name: 'rerank',
    call: (ai) => ai.rerank.create({ model: 'odd/m', query: PROMPT, documents: ['one', 'two'] }),
    good: codec.encodeResponse({ id: 'r', model: 'm', results, usage }),
  }
})
const decisions = speaking('decisions').map((format): Face => {
  const codec = protocols[format] as Extract<Protocol, { kind: 'decisions' }>
  return {
    format,
    name: 'decisions',
    call: (ai) =>
      ai.decisions.create({
        model: 'odd/m',
        input: PROMPT,
        questions: [{ type: 'predicate', name: 'a', instructions: 'is it?' }],
      }),
    good: codec.encodeResponse({
      id: 'd',
      model: 'm',
      answers: [{ type: 'predicate', name: 'a', probability: 0.5 }],
      usage: { input_tokens: 3, output_tokens: 0, total_tokens: 3 },
    }),
  }
})
const file = () => new File([new Uint8Array(8)], 'a.wav')
const passed: readonly Face[] = [
  {
    format: 'openai-moderations',
    name: 'moderations',
    call: (ai) => ai.moderations.create({ model: 'odd/m', input: PROMPT }),
    good: { id: 'm', model: 'm', results: [{ flagged: false }] },
  },
  {
    format: 'openai-images',
    name: 'images',
    call: (ai) => ai.images.generate({ model: 'odd/m', prompt: PROMPT }),
    good: { created: 1, data: [{ b64_json: 'aGk=' }], usage },
  },
  {
    format: 'openai-transcriptions',
    name: 'transcriptions',
    call: (ai) => ai.audio.transcriptions.create({ model: 'odd/m', file: file(), prompt: PROMPT }),
    good: { text: 'hello', usage },
  },
]
const streams: readonly Face[] = [
  {
    format: 'openai-images',
    name: 'images as a stream',
    call: async (ai) =>
      drained((await ai.images.generate({ model: 'odd/m', prompt: PROMPT, stream: true })) as AsyncIterable<unknown>),
    good: { type: 'image_generation.completed', b64_json: 'aGk=', usage },
  },
  {
    format: 'openai-transcriptions',
    name: 'transcriptions as a stream',
    call: async (ai) =>
      drained(
        (await ai.audio.transcriptions.create({
          model: 'odd/m',
          file: file(),
          stream: true,
        })) as AsyncIterable<unknown>,
      ),
    good: { type: 'transcript.text.done', text: 'hello', usage },
  },
  {
    format: 'openai-responses',
    name: 'responses as a stream',
    call: async (ai) =>
      drained((await ai.responses.create({ model: 'odd/m', input: PROMPT, stream: true })) as AsyncIterable<unknown>),
    good: { type: 'response.completed', response: { id: 'r', object: 'response', status: 'completed', output: [] } },
  },
]
const speech: Face = {
  format: 'openai-speech',
  name: 'speech',
  call: async (ai) => {
    const answer = await ai.audio.speech.create({ model: 'odd/m', input: PROMPT, voice: 'alloy' })
    return answer.arrayBuffer()
  },
  good: {},
}

async function attempt({ format, call }: Face, fetch?: typeof globalThis.fetch): Promise<unknown> {
  const ai = createClient({
    providers: { odd: { protocol: [format], baseURL: server.origin, apiKey: KEY } },
    retries: 0,
    timeout: { firstChunk: 10_000, idle: 5000, total: 20_000 },
    ...(fetch && { fetch }),
  })
  try {
    return await call(ai)
  } catch (error) {
    return error
  }
}

/** Bodies that no JSON operation takes for an answer. */
const bodies = hostile.filter(
  ({ name, only }) =>
    only !== 'stream' && /50 MB|JSON (null|true|7|\[\]|\[null\])$|422|truncated|nested|HTML|UTF-8|empty|204/.test(name),
)
const events = hostile.filter(({ name }) =>
  /the event (null|7|\[\]|"answer")|event nested|events that|truncated|HTML|empty|comments/.test(name),
)

describe.each([...embeddings, ...rerank, ...decisions, ...passed])('$name in $format', (face) => {
  test.each(bodies)('$name', async ({ name, answer }) => {
    // What is passed on in OpenAI's own shape may hold anything, so any object is an answer.
    if (passed.includes(face) && /JSON of 50 MB|objects nested/.test(name)) return
    server.behave = (_, response, socket) => answer(response, socket)
    const { result, bytes } = await growth(() => attempt(face))
    expect(faultsOfError(result)).toEqual([])
    expect(bytes).toBeLessThan(400 * MB)
  })

  test('any field may be anything', async () => {
    const wrong: string[] = []
    for (const { at, value } of wounded(JSON.parse(JSON.stringify(face.good)))) {
      const result = await attempt(face, () => Promise.resolve(Response.json(value)))
      if (result instanceof Error) wrong.push(...faultsOfError(result).map((fault) => `${at}: ${fault}`))
      else if (typeof result !== 'object') wrong.push(`${at}: ${typeof result}`)
    }
    expect(wrong).toEqual([])
  })

  test('keys named __proto__ and constructor reach no prototype', async () => {
    const body = poisoned(face.good)
    const result = await attempt(face, () =>
      Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } })),
    )
    if (result instanceof Error) expect(faultsOfError(result)).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(inherited(result)).toEqual([])
  })

  test('deep nesting where any value may stand is read, or is a typed error', async () => {
    const whole = JSON.stringify(face.good)
    for (const place of ['0.5', '"m"', '3', 'true', '"hello"']) {
      const body = whole.replace(place, () => nested())
      const result = await attempt(face, () =>
        Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } })),
      )
      if (result instanceof Error) expect(faultsOfError(result)).toEqual([])
    }
  })

  test.each([401, 500])('a key that a server quotes with status %i is not shown', async (status) => {
    const said = `your key ${KEY} is wrong`
    server.behave = (_request, response) =>
      sendJson(response, status, { error: { message: said }, message: said, detail: said })
    expect(faultsOfError(await attempt(face))).toEqual([])
  })
})

describe.each(streams)('$name', (face) => {
  test.each(events)('$name', async ({ answer }) => {
    server.behave = (_, response, socket) => answer(response, socket)
    const { result, bytes } = await growth(() => attempt(face))
    expect(faultsOfError(result)).toEqual([])
    expect(bytes).toBeLessThan(400 * MB)
  })

  test('any field of an event may be anything, and a stream without its last event is an error', async () => {
    const stream = (...data: unknown[]) =>
      attempt(face, () =>
        Promise.resolve(
          new Response(data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''), {
            headers: { 'content-type': 'text/event-stream' },
          }),
        ),
      )
    const wrong: string[] = []
    for (const { at, value } of wounded(face.good)) {
      const result = await stream(value)
      if (result instanceof Error) wrong.push(...faultsOfError(result).map((fault) => `${at}: ${fault}`))
      else if ((result as unknown[]).length === 0) wrong.push(`${at}: nothing, and no error`)
    }
    expect(wrong).toEqual([])
    expect(await stream(face.good)).toHaveLength(1)
    expect(await stream()).toBeInstanceOf(TracestitchError)
    expect(await stream({ type: 'something.else' })).toBeInstanceOf(TracestitchError)
  })
})

describe('speech', () => {
  test.each(
    hostile.filter(({ name, only }) => only !== 'stream' && /JSON (null|true|\[\])$|422|HTML|empty|204/.test(name)),
  )('$name', async ({ answer }) => {
    server.behave = (_, response, socket) => answer(response, socket)
    expect(faultsOfError(await attempt(speech))).toEqual([])
  })

  test('bytes that break off are an error', async () => {
    server.behave = (_request, response, socket) => {
      const headers = { 'content-type': 'audio/mpeg', 'content-length': '100' }
      response.writeHead(200, headers).write('abc', () => socket.destroy())
    }
    expect(await attempt(speech)).toBeInstanceOf(TracestitchError)
  })
})
