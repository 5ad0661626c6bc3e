/** `tool_choice` and its like without tools: one treatment, whatever the format. */
import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { UnsupportedParameterError } from '../../src/kernel/errors.js'

const messages = [{ role: 'user' as const, content: 'Hi' }]
const TARGETS = [
  'openai/gpt-4o',
  'anthropic/claude-sonnet-4-5',
  'gemini/gemini-2.5-flash',
  'bedrock/amazon.nova-pro-v1:0',
  'cohere/command-a-03-2025',
  'ollama/llama3.3',
  'mistral/mistral-small-latest',
  'vertex/claude-sonnet-4-5',
]

function clientFor() {
  const bodies: string[] = []
  const ai = createClient({
    retries: 0,
    cooldown: false,
    providers: {
      ...Object.fromEntries(['openai', 'anthropic', 'gemini', 'cohere', 'mistral'].map((id) => [id, { apiKey: 'k' }])),
      bedrock: { apiKey: 'k', variables: { region: 'us-east-1' } },
      vertex: { apiKey: 'k', variables: { project: 'p' } },
    },
    fetch: async (_url, init) => {
      bodies.push(String(init?.body))
      return Response.json({ error: { message: 'enough' } }, { status: 400 })
    },
  })
  return { ai, bodies }
}

const CHOICE = /tool_?choice|function_?call|parallel/i

test.each(TARGETS)('%s: what asks for nothing is left out, what demands a call is an error', async (model) => {
  const { ai, bodies } = clientFor()
  const ask = (fields: object, options = {}) =>
    ai.chat.completions.create({ model, messages, max_tokens: 9, ...fields }, options).catch((error: unknown) => error)
  for (const fields of [
    { tool_choice: 'auto' },
    { tool_choice: 'none', tools: [] },
    { tool_choice: 'auto', parallel_tool_calls: false },
    { function_call: 'none' },
  ]) {
    await ask(fields)
    expect(bodies.pop()).not.toMatch(CHOICE)
  }
  for (const fields of [
    { tool_choice: 'required' },
    { tool_choice: { type: 'function', function: { name: 'f' } }, tools: [] },
    { function_call: { name: 'f' } },
  ]) {
    const error = await ask(fields)
    expect(error).toBeInstanceOf(UnsupportedParameterError)
    expect((error as Error).message).toContain('no `tools` to choose from')
    expect(bodies).toEqual([])
    await ask(fields, { dropUnsupported: true })
    expect(bodies.pop()).not.toMatch(CHOICE)
  }
})

test('it is told', async () => {
  const answer = {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  }
  const ai = createClient({ providers: { openai: { apiKey: 'k' } }, fetch: async () => Response.json(answer) })
  const { _meta } = await ai.chat.completions.create({
    model: 'openai/gpt-4o',
    messages,
    tool_choice: 'auto',
    parallel_tool_calls: true,
  })
  expect(_meta.warnings.filter((warning) => warning.includes('no `tools`'))).toHaveLength(2)
})

test('tools of any kind keep it', async () => {
  const { ai, bodies } = clientFor()
  const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }
  for (const fields of [{ tools: [tool] }, { extra_body: { tools: [tool] } }]) {
    const body = { model: 'openai/gpt-4o', messages, tool_choice: 'required' as const, ...fields }
    await ai.chat.completions.create(body as never).catch(() => undefined)
    expect(JSON.parse(bodies.pop() ?? '')).toMatchObject({ tool_choice: 'required' })
  }
})

test('bodies of the Responses API too', async () => {
  const { ai, bodies } = clientFor()
  const ask = (fields: object) =>
    ai.responses.create({ model: 'openai/gpt-4o', input: 'Hi', ...fields }).catch((error: unknown) => error)
  await ask({ tool_choice: 'auto', parallel_tool_calls: true })
  expect(bodies.pop()).not.toMatch(CHOICE)
  expect(await ask({ tool_choice: 'required' })).toBeInstanceOf(UnsupportedParameterError)
  await ask({ tool_choice: 'required', tools: [{ type: 'web_search' }] })
  expect(JSON.parse(bodies.pop() ?? '')).toMatchObject({ tool_choice: 'required' })
  await ask({ tool_choice: 'required', prompt: { id: 'pmpt_1' } })
  expect(JSON.parse(bodies.pop() ?? '')).toMatchObject({ tool_choice: 'required' })
})
