import OpenAI from 'openai'
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

let fake: FakeProvider
beforeAll(async () => { fake = await startFakeProvider() })
afterAll(() => fake.close())
const tools = [{ type: 'function' as const, function: { name: 'add', parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } } } }]

for (const protocol of ['openai-chat', 'anthropic-messages', 'gemini-generate', 'bedrock-converse', 'openai-responses', 'cohere-chat', 'ollama-chat'] as const) {
  const make = (behaviour = 'plain') => {
    const base = `${fake.origin}/${protocol}/${behaviour}`
    const at = { 'openai-chat': '/v1', 'openai-responses': '/v1', 'anthropic-messages': '/v1', 'gemini-generate': '/v1beta', 'bedrock-converse': '', 'cohere-chat': '/v2', 'ollama-chat': '/api' }[protocol]
    return createClient({ retries: 0, providers: { up: { protocol, baseURL: base + at, apiKey: 'k' } }, models: { smart: 'up/m-1' } })
  }
  test(`${protocol}`, async () => {
    const ai = make()
    const openai = new OpenAI({ baseURL: 'http://tracestitch/v1', apiKey: 'x', fetch: ai.fetch, maxRetries: 0 })
    const r = await openai.chat.completions.create({ model: 'smart', messages: [{ role: 'user', content: 'hi' }] }).withResponse()
    console.log(protocol, r.data.choices[0]?.message.content, JSON.stringify(r.data.usage), JSON.stringify([...r.response.headers]))
    let text = ''
    for await (const c of await openai.chat.completions.create({ model: 'smart', stream: true, messages: [{ role: 'user', content: 'hi' }] })) text += c.choices[0]?.delta.content ?? ''
    console.log(protocol, 'stream', text)
    const t = await openai.chat.completions.create({ model: 'smart', tools, messages: [{ role: 'user', content: 'hi' }] })
    console.log(protocol, 'tool', JSON.stringify(t.choices[0]?.message.tool_calls))
    const rr = await openai.responses.create({ model: 'smart', input: 'hi' })
    console.log(protocol, 'resp', rr.output_text, rr.usage)
    const types: string[] = []
    for await (const e of await openai.responses.create({ model: 'smart', input: 'hi', stream: true })) types.push(e.type)
    console.log(protocol, 'resp stream', types.join(' '))
    const an = new Anthropic({ baseURL: 'http://tracestitch', apiKey: 'x', fetch: ai.fetch, maxRetries: 0 })
    const m = await an.messages.create({ model: 'smart', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] })
    console.log(protocol, 'messages', JSON.stringify(m))
    const f = await an.messages.stream({ model: 'smart', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }], tools: [{ name: 'add', input_schema: { type: 'object' } }] }).finalMessage()
    console.log(protocol, 'messages stream', JSON.stringify(f))
    console.log(JSON.stringify((await openai.models.list()).data), JSON.stringify((await an.models.list()).data))
    const bad = make('error-400')
    const o2 = new OpenAI({ baseURL: 'http://tracestitch/v1', apiKey: 'x', fetch: bad.fetch, maxRetries: 0 })
    await o2.chat.completions.create({ model: 'smart', messages: [{ role: 'user', content: 'hi' }] }).catch((e) => console.log(protocol, 'err', e.status, e.message, e.code, e.constructor.name))
    const a2 = new Anthropic({ baseURL: 'http://tracestitch', apiKey: 'x', fetch: bad.fetch, maxRetries: 0 })
    await a2.messages.create({ model: 'smart', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] }).catch((e) => console.log(protocol, 'err', e.status, e.message, e.constructor.name))
    await a2.messages.create({ model: 'nope', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] }).catch((e) => console.log(protocol, 'err', e.status, e.message, e.constructor.name))
    expect(1).toBe(1)
  })
}
