/** What coding agents send, at a provider of another format: what becomes of it, and what is said. */
import { describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../src/kernel/protocol.js'
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.js'
import { geminiGenerate } from '../../src/protocols/gemini-generate/index.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { openaiResponses } from '../../src/protocols/openai-responses/index.js'
import { azure } from '../../src/providers/azure.js'
import { openai } from '../../src/providers/openai.js'

type Codec = typeof openaiChat

function written(codec: Codec, request: ChatRequest, model: string, quirks: EncodeContext['quirks'] = {}) {
  const warnings: string[] = []
  const context = {
    provider: 'p',
    model,
    quirks,
    dropUnsupported: true,
    warn: (text: string) => void warnings.push(text),
  }
  return { body: codec.encodeRequest(request, context).body as JsonObject, warnings }
}

const messages = [{ role: 'user', content: 'hi' }]
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]
const path = '/v1beta/models/m:generateContent'

describe('Gemini CLI', () => {
  const schema = {
    type: 'OBJECT',
    properties: { score: { type: 'INTEGER' }, type: { type: 'STRING' } },
    required: ['score'],
  }
  const plain = {
    type: 'object',
    properties: { score: { type: 'integer' }, type: { type: 'string' } },
    required: ['score'],
  }
  const body = {
    contents,
    tools: [{ functionDeclarations: [{ name: 'read', parametersJsonSchema: schema }] }],
    generationConfig: {
      topK: 64,
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
      thinkingConfig: { includeThoughts: true, thinkingLevel: 'HIGH' },
    },
  }
  const request = () => geminiGenerate.decodeRequest(body, { path })

  test.each([openai, azure])(
    'chat completions of $id get plain types, an effort, and no field that they refuse',
    (row) => {
      const { body: sent, warnings } = written(openaiChat, request(), 'gpt-5.4', row.quirks)
      expect(sent).toMatchObject({
        reasoning_effort: 'high',
        response_format: { json_schema: { schema: plain } },
        tools: [{ function: { parameters: plain } }],
      })
      expect(sent).not.toHaveProperty('top_k')
      expect(warnings).toEqual(['p does not support `top_k`; it was left out'])
    },
  )

  test('responses and messages get plain types too', () => {
    const responses = written(openaiResponses, request(), 'gpt-5.4', openai.quirks)
    expect(responses.body).toMatchObject({ text: { format: { schema: plain } }, tools: [{ parameters: plain }] })
    const claude = written(anthropicMessages, request(), 'claude-sonnet-4-6')
    expect(claude.body).toMatchObject({
      output_config: { format: { schema: plain } },
      tools: [{ input_schema: plain }],
    })
    for (const { warnings } of [responses, claude]) expect(warnings.join()).not.toContain('only gemini-generate has')
  })

  test('Gemini gets its own words back', () => {
    expect(written(geminiGenerate, request(), 'gemini-3.1-pro-preview').body).toEqual(body)
  })

  test('the setting that is left out is named, not the object that it is in', () => {
    const other = { contents, generationConfig: { ...body.generationConfig, mediaResolution: 'LOW' } }
    const { warnings } = written(anthropicMessages, geminiGenerate.decodeRequest(other, { path }), 'claude-sonnet-4-6')
    expect(warnings).toContain('left out fields that only gemini-generate has: generationConfig.mediaResolution')
  })
})

describe('Claude Code', () => {
  const billing = { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.332.a3f; cch=71fea;' }
  const user_id = JSON.stringify({ device_id: 'd'.repeat(64), account_uuid: '', session_id: 's1' })
  const body = {
    model: 'm',
    max_tokens: 32_000,
    system: [billing, { type: 'text', text: 'You are an agent.' }],
    messages,
    metadata: { user_id },
    thinking: { type: 'adaptive', display: 'omitted' },
    output_config: { effort: 'high' },
    context_management: { edits: [] },
  }
  const request = () => anthropicMessages.decodeRequest(body)
  const said = 'left out fields that only anthropic-messages has: context_management'

  test.each([
    ['chat completions', openaiChat, { reasoning_effort: 'high' }],
    ['responses', openaiResponses, { reasoning: { effort: 'high' } }],
  ] as const)('%s get the effort, and neither `thinking` nor a user that is too long', (_name, codec, effort) => {
    const { body: sent, warnings } = written(codec, request(), 'gpt-5.4', openai.quirks)
    expect(sent).toMatchObject(effort)
    for (const field of ['thinking', 'user', 'output_config']) expect(sent).not.toHaveProperty(field)
    expect(warnings).toContain(`p: ${said}`)
    expect(warnings.filter((text) => text.includes('`user`'))).toEqual([
      `p: \`user\` has ${user_id.length} characters, and the provider takes 64: left out`,
    ])
    expect(warnings.join()).not.toContain('thinking')
  })

  test('Gemini thinks as much as the effort says', () => {
    const { body: sent, warnings } = written(geminiGenerate, request(), 'gemini-3.1-pro-preview')
    expect(sent).toMatchObject({ generationConfig: { thinkingConfig: { thinkingLevel: 'HIGH' } } })
    expect(warnings.join()).not.toContain('effort')
  })

  test.each([
    ['chat completions', openaiChat],
    ['responses', openaiResponses],
    ['Gemini', geminiGenerate],
  ] as const)('%s do not get the line of the bill, which would keep the prompt from being cached', (_name, codec) => {
    const { body: sent, warnings } = written(codec, request(), 'm', openai.quirks)
    expect(JSON.stringify(sent)).not.toContain('billing')
    expect(JSON.stringify(sent)).toContain('You are an agent.')
    expect(warnings.join('\n')).toMatch(/anthropic-messages/)
  })

  test('Claude gets everything as it was', () => {
    expect(written(anthropicMessages, request(), 'm').body).toEqual(body)
  })
})
