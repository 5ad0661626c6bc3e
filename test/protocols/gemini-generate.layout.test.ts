/** Requests of `generateContent` that say a thing in a way of their own are written again in that way. */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { geminiGenerate as codec } from '../../src/protocols/gemini-generate/index.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { context } from './support/gemini-generate.js'

const MODEL = 'gemini-3-pro-preview'
const path = `/v1beta/models/${MODEL}:generateContent`
const user = (...parts: JsonObject[]): JsonObject => ({ role: 'user', parts })
const model = (...parts: JsonObject[]): JsonObject => ({ role: 'model', parts })
const call = (name: string): JsonObject => ({ functionCall: { name, args: {} } })
const result = (name: string): JsonObject => ({ functionResponse: { name, response: { result: 1 } } })
const hi = { text: 'hi' }

function written(wire: JsonObject): JsonObject {
  const { body } = codec.encodeRequest(codec.decodeRequest(wire, { path }), context({ model: MODEL }))
  return JSON.parse(JSON.stringify(body)) as JsonObject
}

describe('a request is written again as it was laid out', () => {
  test.each<[string, JsonObject]>([
    ['turns without a role', { contents: [{ parts: [hi] }] }],
    ['a content and a part without their lists', { contents: { parts: hi }, systemInstruction: { parts: hi } }],
    ['a system instruction without a role', { contents: [user(hi)], systemInstruction: { parts: [hi] } }],
    [
      'a system instruction of its own role',
      { contents: [user(hi)], systemInstruction: { role: 'system', parts: [hi] } },
    ],
    ['an answer that says nothing', { contents: [user(hi), model({ text: '' }), user(hi)] }],
    ['nothing beside a call', { contents: [user(hi), model({ text: '' }, call('f')), user(result('f'))] }],
    [
      'results in the role of functions',
      { contents: [user(hi), model(call('f')), { role: 'function', parts: [result('f')] }] },
    ],
    [
      'results in turns of their own',
      { contents: [user(hi), model(call('f'), call('g')), user(result('f')), user(result('g'))] },
    ],
    ['words behind a result', { contents: [user(hi), model(call('f')), user(result('f'), hi)] }],
    ['words before a result', { contents: [user(hi), model(call('f')), user(hi, result('f'))] }],
    ['a call without its signature', { contents: [user(hi), model(call('f')), user(result('f'))] }],
    ['fields of a content', { contents: [{ ...user(hi), id: 'c1' }] }],
    [
      'functions beside server tools',
      { contents: [user(hi)], tools: [{ functionDeclarations: [{ name: 'f' }], googleSearch: {}, codeExecution: {} }] },
    ],
    [
      'functions in two entries',
      {
        contents: [user(hi)],
        tools: [
          { functionDeclarations: [{ name: 'f' }] },
          { urlContext: {} },
          { functionDeclarations: [{ name: 'g' }, { name: 'h' }] },
        ],
      },
    ],
    ['an entry without functions', { contents: [user(hi)], tools: [{ functionDeclarations: [] }] }],
    ['the model in the body', { model: `models/${MODEL}`, contents: [user(hi)] }],
  ])('%s', (_, wire) => {
    expect(written(wire)).toEqual(wire)
  })

  test('what was said after it was read is written in the usual way', () => {
    const request = codec.decodeRequest({ contents: [{ parts: [hi] }], model: 'models/other' }, { path })
    request.messages = [...request.messages, { role: 'assistant', content: 'a' }, { role: 'user', content: 'b' }]
    expect(codec.encodeRequest(request, context({ model: MODEL })).body).toEqual({
      model: `models/${MODEL}`,
      contents: [user(hi), model({ text: 'a' }), user({ text: 'b' })],
    })
    request.tools = [{ type: 'function', function: { name: 'f' } }]
    expect(codec.encodeRequest(request, context({ model: MODEL })).body['tools']).toEqual([
      { functionDeclarations: [{ name: 'f' }] },
    ])
  })

  test('other formats do not need it', () => {
    const warnings: string[] = []
    const request = codec.decodeRequest({ contents: [{ parts: [hi] }] }, { path })
    const encoded = openaiChat.encodeRequest(request, context({ warn: (text) => warnings.push(text) }))
    expect(warnings).toEqual([])
    expect(encoded.body).toEqual({
      model: 'gemini-2.5-flash',
      stream: false,
      messages: [{ role: 'user', content: 'hi' }],
    })
  })
})
