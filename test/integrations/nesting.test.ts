/** Which calls are one call, with the real SDKs: what programs do inside a call of theirs must not be swallowed. */
import { context, trace } from '@opentelemetry/api'
import { OpenAI, AzureOpenAI } from 'openai'
import * as openaiModule from 'openai'
import * as anthropicModule from '@anthropic-ai/sdk'
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anthropic } from '../../integrations/anthropic.js'
import { openai } from '../../integrations/openai.js'
import { instrumentCall } from '../../src/autolog/calls/instrument-call.js'
import { createPatcher, type PatchSession } from '../../src/autolog/patch/patch.js'
import type { Integration } from '../../src/autolog/contract.js'
import { createClient } from '../../src/index.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
const sessions: PatchSession[] = []
let provider: FakeProvider
let base: string

function patch(integration: Integration, module: object): void {
  const session = createPatcher({ integration: integration.id, format: 'esm', options: {}, call: instrumentCall })
  integration.targets[0]?.instrument(module as Readonly<Record<string, unknown>>, session.patcher)
  sessions.push(session)
}

beforeAll(async () => {
  provider = await startFakeProvider()
  base = `${provider.origin}/nesting/ok`
  patch(openai, openaiModule)
  patch(anthropic, anthropicModule)
})
afterAll(async () => {
  for (const session of sessions) session.off()
  await provider.close()
})

const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const sdk = (fetch?: typeof globalThis.fetch) =>
  new OpenAI({ apiKey: 'k', baseURL: `${base}/v1`, maxRetries: 0, ...(fetch && { fetch }) })
const judge = (client = sdk()) => client.chat.completions.create({ model: 'judge', messages })

/** Name of each span, with the name of its parent. */
function tree(): string[] {
  const byId = new Map(harness.spans().map((span) => [span.spanContext().spanId, span.name]))
  return harness
    .spans()
    .map((span) => `${span.name} < ${byId.get(span.parentSpanContext?.spanId ?? '') ?? 'none'}`)
    .sort()
}

describe('calls inside calls', () => {
  test('a custom fetch that calls another model', async () => {
    const client = sdk(async (...args) => {
      await judge()
      return fetch(...args)
    })
    await client.chat.completions.create({ model: 'main', messages })
    expect(tree()).toEqual(['chat judge < chat main', 'chat main < none'])
    for (const span of harness.spans()) expect(span.attributes['gen_ai.usage.input_tokens']).toBe(11)
  })

  test('a custom fetch that calls another SDK', async () => {
    const other = new Anthropic({ apiKey: 'k', baseURL: base, maxRetries: 0 })
    const client = sdk(async (...args) => {
      await other.messages.create({ model: 'claude', max_tokens: 5, messages })
      return fetch(...args)
    })
    await client.chat.completions.create({ model: 'main', messages })
    expect(tree()).toEqual(['chat claude < chat main', 'chat main < none'])
  })

  test('the client of this package under an SDK is the same call', async () => {
    const ai = createClient({ providers: { local: { protocol: 'openai-chat', baseURL: `${base}/v1`, apiKey: 'k' } } })
    const client = sdk(async (_url, init) => {
      const body = JSON.parse(String(init?.body)) as { messages: never }
      return Response.json(await ai.chat.completions.create({ model: 'local/main', messages: body.messages }))
    })
    await client.chat.completions.create({ model: 'main', messages })
    expect(tree().filter((line) => line.startsWith('chat'))).toEqual(['chat main < none'])
  })

  test('tools run outside of the call that asked for them', async () => {
    const client = sdk()
    const tool = {
      type: 'function' as const,
      function: {
        name: 'add',
        parameters: { type: 'object', properties: {} },
        parse: JSON.parse,
        function: async () => String((await judge()).choices.length),
      },
    }
    await client.chat.completions.runTools({ model: 'main', messages, tools: [tool as never] }).finalContent()
    expect(tree()).toEqual([
      'chat judge < invoke_agent runTools',
      'chat main < invoke_agent runTools',
      'chat main < invoke_agent runTools',
      'invoke_agent runTools < none',
    ])
  })

  test('handlers of stream events', async () => {
    const inner: Promise<unknown>[] = []
    const stream = sdk().chat.completions.stream({ model: 'main', messages })
    stream.once('content', () => inner.push(judge()))
    stream.once('end', () => inner.push(judge()))
    await stream.done()
    await Promise.all(inner)
    expect(tree()).toEqual(['chat judge < none', 'chat judge < none', 'chat main < none'])
  })

  test('handlers of stream events of the other SDK', async () => {
    const inner: Promise<unknown>[] = []
    const stream = new Anthropic({ apiKey: 'k', baseURL: base, maxRetries: 0 }).messages.stream({
      model: 'claude',
      max_tokens: 5,
      messages,
    })
    stream.once('text', () => inner.push(judge()))
    await stream.done()
    await Promise.all(inner)
    expect(tree()).toEqual(['chat claude < none', 'chat judge < none'])
  })

  test('the loop that reads a stream', async () => {
    let first = true
    for await (const _ of await sdk().chat.completions.create({ model: 'main', messages, stream: true })) {
      if (first) await judge()
      first = false
    }
    expect(tree()).toEqual(['chat judge < none', 'chat main < none'])
  })

  test('a timer that was started inside a call', async () => {
    let later: Promise<unknown> | undefined
    const client = sdk((...args) => {
      later ??= new Promise((done) => setTimeout(done, 1)).then(() => judge())
      return fetch(...args)
    })
    await client.chat.completions.create({ model: 'main', messages })
    await later
    expect(tree()).toEqual(['chat judge < chat main', 'chat main < none'])
  })

  test('the active span of the program is its own between calls', async () => {
    const before = trace.getSpan(context.active())
    await judge()
    expect(trace.getSpan(context.active())).toBe(before)
  })
})

test('ten thousand calls leave no listener behind', async () => {
  const answer = {
    id: 'a',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
  const client = sdk(() => Promise.resolve(Response.json(answer)))
  const count = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
  await judge(client)
  const before = count()
  for (let i = 0; i < 100; i++) await Promise.all(Array.from({ length: 100 }, () => judge(client)))
  expect(count()).toBe(before)
  expect(harness.spans()).toHaveLength(10_001)
})

test('an Azure client: its own provider name, and the deployment where the request names no model', async () => {
  const client = new AzureOpenAI({
    apiKey: 'k',
    apiVersion: '2026-01-01',
    baseURL: `${base}/v1`,
    deployment: 'my-deployment',
    maxRetries: 0,
  })
  await client.chat.completions.create({ messages } as never)
  expect(harness.only().name).toBe('chat my-deployment')
  expect(harness.only().attributes['gen_ai.provider.name']).toBe('azure.ai.openai')
})
