/** A run of a model and its tools is one trace, whether or not a span is open around it. */
import Anthropic from 'anthropic-v0'
import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { autolog, trace, type Autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'

let log: Autolog | undefined
afterEach(() => log?.off())

/** Asks for the tool first, and is done then. */
function answering(answers: readonly object[]) {
  let count = 0
  return () => Promise.resolve(Response.json(answers[count++ % answers.length]))
}

const messages = [{ role: 'user' as const, content: 'Hello' }]
const tool = { id: 't', type: 'function', function: { name: 'add', arguments: '{}' } }
const chat = (finish_reason: string, message: object) => ({
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, finish_reason, message: { role: 'assistant', content: null, ...message } }],
})
const message = (stop_reason: string, content: object) => ({
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [content],
  stop_reason,
  usage: { input_tokens: 1, output_tokens: 1 },
})

const run: Readonly<Record<string, (act: () => string) => Promise<unknown>>> = {
  runTools: (act) => {
    const fetch = answering([chat('tool_calls', { tool_calls: [tool] }), chat('stop', { content: 'done' })])
    return new OpenAI({ apiKey: 'k', fetch }).chat.completions
      .runTools({
        model: 'm',
        messages,
        tools: [
          {
            type: 'function',
            function: { name: 'add', function: act, parse: JSON.parse, description: 'Adds', parameters: {} },
          },
        ],
      })
      .finalContent()
  },
  toolRunner: async (act) => {
    const fetch = answering([
      message('tool_use', { type: 'tool_use', id: 't', name: 'add', input: {} }),
      message('end_turn', { type: 'text', text: 'done' }),
    ])
    const add = { type: 'custom' as const, name: 'add', input_schema: { type: 'object' as const }, description: 'Adds' }
    const tools = [{ ...add, run: act, parse: (input: unknown) => input }]
    const client = new Anthropic({ apiKey: 'k', fetch })
    return (await client.beta.messages.toolRunner({ model: 'm', max_tokens: 9, messages, tools: tools as never }))
      .content
  },
}

test.each(Object.keys(run))('%s', async (name) => {
  const recorder = recordSpans()
  log = autolog({ exporter: recorder })
  await run[name]?.(() => trace('work of a tool', () => '4'))
  await expect.poll(() => recorder.open).toEqual([])
  const names = recorder.spans.map((span) => span.name)
  expect(names.filter((each) => ['chat m', 'work of a tool'].includes(each)).sort()).toEqual([
    'chat m',
    'chat m',
    'work of a tool',
  ])
  expect(new Set(recorder.spans.map(({ traceId }) => traceId)).size).toBe(1)
  // The Anthropic SDK makes a span of the run itself, from some 0.x on.
  expect(names).toContain(name === 'runTools' ? 'invoke_agent runTools' : 'anthropic.messages.tool_runner')
  expect(names.filter((each) => each.startsWith('invoke_agent'))).toHaveLength(name === 'runTools' ? 1 : 0)
})

test('a run that fails is an error on its span, and the program gets the same error', async () => {
  const recorder = recordSpans()
  log = autolog({ exporter: recorder })
  const fetch = (): Promise<Response> => Promise.resolve(new Response('{}', { status: 400 }))
  const client = new OpenAI({ apiKey: 'k', maxRetries: 0, fetch })
  const running = client.chat.completions.runTools({ model: 'm', messages, tools: [] }).finalContent()
  await expect(running).rejects.toMatchObject({ status: 400 })
  await expect.poll(() => recorder.spans.length).toBe(2)
  expect(recorder.spans.map(({ status }) => status.code)).toEqual(['error', 'error'])
})
