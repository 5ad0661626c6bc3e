/**
 * History is portable: each conversation, whoever made it, goes to each provider of the catalogue in a body that its API's
 * documented demands allow. The demands are in `rules/`, each with the page it is from.
 */
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { ChatRequest } from '../../src/kernel/hub.js'
import type { ChatProtocol, EncodeContext, JsonObject, Protocol } from '../../src/kernel/protocol.js'
import type { ProviderRow } from '../../src/kernel/provider.js'
import * as codecs from '../../src/protocols/codecs.js'
import * as rows from '../../src/providers/rows.js'
import { HISTORIES, answerOf, madeBy, requestOf } from './histories.js'
import { anthropicRules } from './rules/anthropic.js'
import { converseRules } from './rules/bedrock.js'
import { geminiRules } from './rules/gemini.js'
import {
  alternating,
  chatRules,
  mistralFields,
  mistralOrder,
  nothingEmpty,
  oneInstruction,
  reasoningOnCalls,
} from './rules/openai-chat.js'
import { cohereRules, ollamaRules, responsesRules } from './rules/others.js'
import type { Rule } from './rules/read.js'

const formats = new Map(
  (Object.values(codecs) as Protocol[])
    .filter((codec): codec is ChatProtocol => codec.kind === 'chat')
    .map((codec) => [codec.id as string, codec]),
)
const CHAT_ROWS = (Object.values(rows) as ProviderRow[]).filter((row) => row.protocols.some((id) => formats.has(id)))

/** Models whose demands are more than their provider's, with the rules that are theirs. */
const MODELS: Readonly<Record<string, readonly { model: string; rules?: readonly Rule[] }[]>> = {
  anthropic: [{ model: 'claude-sonnet-4-5' }, { model: 'claude-opus-5-5' }],
  bedrock: [
    { model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
    { model: 'amazon.nova-pro-v1:0' },
    { model: 'moonshot.kimi-k2-thinking' },
  ],
  gemini: [{ model: 'gemini-2.5-flash' }, { model: 'gemini-3-pro-preview' }, { model: 'gemini-flash-latest' }],
  vertex: [{ model: 'gemini-2.5-pro' }, { model: 'gemini-3-flash' }],
  mistral: [{ model: 'mistral-small-latest', rules: [mistralOrder, mistralFields] }],
  perplexity: [{ model: 'sonar-pro', rules: [alternating] }],
  codestral: [{ model: 'codestral-latest', rules: [mistralOrder, mistralFields] }],
  deepseek: [
    { model: 'deepseek-reasoner', rules: [reasoningOnCalls] },
    { model: 'deepseek-v4-pro', rules: [reasoningOnCalls] },
  ],
  moonshot: [{ model: 'kimi-k2.5', rules: [reasoningOnCalls, nothingEmpty] }],
  minimax: [{ model: 'MiniMax-M2.5', rules: [oneInstruction] }],
  fireworks: [{ model: 'accounts/fireworks/models/qwen3p8-27b', rules: [oneInstruction] }],
  ollama: [{ model: 'qwen3.5:27b', rules: [oneInstruction] }],
  openai: [{ model: 'gpt-4o' }, { model: 'gpt-5.4' }],
}

function rulesOf(row: ProviderRow, format: string): readonly Rule[] {
  const { quirks = {} } = row
  const fields = [
    ...(quirks.reasoningContent ? ['reasoning_content', 'reasoning', 'reasoning_details'] : []),
    ...(quirks.thinkingBlocks ? ['thinking_blocks'] : []),
    ...(quirks.cacheControl ? ['cache_control'] : []),
    ...(quirks.history?.marksPrefix ? ['prefix'] : []),
  ]
  const parts = {
    user: quirks.filePart === 'document_url' ? ['document_url'] : [],
    assistant: quirks.thinkingParts ? [quirks.thinkingParts] : [],
  }
  switch (format) {
    case 'openai-chat':
    case 'watsonx-chat':
      return [chatRules({ fields, parts })]
    case 'anthropic-messages':
      return quirks.reasoningContent ? [] : [anthropicRules]
    case 'bedrock-converse':
      return [converseRules]
    case 'gemini-generate':
      return [geminiRules(row.id === 'vertex')]
    case 'openai-responses':
      return [responsesRules]
    case 'cohere-chat':
      return [cohereRules]
    case 'ollama-chat':
      return [ollamaRules]
    default:
      return []
  }
}

/** @returns `undefined` where the conversation is refused by naming the message, which is as good. */
function send(row: ProviderRow, codec: ChatProtocol, model: string, request: ChatRequest): JsonObject | undefined {
  const context: EncodeContext = {
    provider: row.id,
    model,
    quirks: row.quirks ?? {},
    dropUnsupported: true,
    warn: () => undefined,
  }
  try {
    const { body } = codec.encodeRequest(request, context)
    return JSON.parse(JSON.stringify(body)) as JsonObject
  } catch (error) {
    if (!TracestitchError.isInstance(error) || !/messages\[\d+\]/.test(error.message)) throw error
    return undefined
  }
}

function problems(row: ProviderRow, format: string, request: ChatRequest, only?: string): string[] {
  const codec = formats.get(format) as ChatProtocol
  const models = only === undefined ? (MODELS[row.id] ?? [{ model: 'a-model' }]) : [{ model: only }]
  return models.flatMap(({ model, rules = [] }) => {
    const sent = send(row, codec, model, request)
    if (!sent) return []
    const found = [...rulesOf(row, format), ...rules].flatMap((rule) => rule(sent, { model }))
    return found.map((problem) => `${row.id}/${model} (${format}): ${problem}`)
  })
}

/** Models that a row serves in another way than the rest, by the format. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'anthropic-messages': 'claude-sonnet-4-5',
  'openai-chat': 'meta/llama-4-scout-17b-16e-instruct-maas',
}

const targets = CHAT_ROWS.flatMap((row) => {
  const places = (row.chatByModel ?? []).flatMap((place) => ('protocol' in place ? [place] : []))
  const usual = row.protocols.filter(
    (format) =>
      formats.has(format) && (format === row.protocols[0] || !places.some((place) => place.protocol === format)),
  )
  return [
    ...usual.map((format) => ({ row, format, model: undefined as string | undefined })),
    ...places.map(({ protocol, quirks = {} }) => ({
      row: { ...row, quirks },
      format: protocol,
      model: ELSEWHERE[protocol] ?? 'a-model',
    })),
  ]
})

/** Nothing is wrong at any provider. */
function expectEverywhere(request: ChatRequest, name = ''): void {
  const found = targets.flatMap(({ row, format, model }) => problems(row, format, request, model))
  expect({ name, found: found.slice(0, 30) }).toEqual({ name, found: [] })
}

describe('each conversation goes to each provider', () => {
  test.each(Object.keys(HISTORIES))('%s', (name) => {
    const history = HISTORIES[name]
    if (history) expectEverywhere(requestOf(history))
    else expect.unreachable()
  })
})

describe('answers of each format go to each provider', () => {
  test.each([...formats.values()].map((codec) => [codec.id, codec] as const))(
    '%s, as its clients keep it',
    (_id, codec) => {
      const answer = answerOf(codec)
      if (answer) expectEverywhere(requestOf({ messages: madeBy(answer) }))
      // A prompt has no calls, so that its answers are text.
      else expect(['openai-completions', 'replicate-predictions']).toContain(codec.id)
    },
  )

  test.each([...formats.values()].map((codec) => [codec.id, codec] as const))(
    '%s, as its requests say it',
    (_id, codec) => {
      const context = { provider: 'p', model: 'm', quirks: {}, dropUnsupported: true, warn: () => undefined }
      for (const [name, history] of Object.entries(HISTORIES)) {
        let request: ChatRequest
        try {
          const { body, path } = codec.encodeRequest(requestOf(history), context)
          request = codec.decodeRequest(JSON.parse(JSON.stringify(body)), { path })
        } catch (error) {
          // The format itself takes no such conversation, and says which message is to blame.
          expect((error as Error).message).toMatch(/messages\[\d+\]/)
          continue
        }
        expectEverywhere({ ...request, model: 'm' }, name)
      }
    },
  )
})

describe('the same conversation is written the same way', () => {
  test.each(Object.keys(HISTORIES))('%s', (name) => {
    const history = HISTORIES[name]
    if (!history) throw new Error('no such history')
    for (const { row, format } of targets) {
      const codec = formats.get(format) as ChatProtocol
      const once = () => send(row, codec, 'a-model', requestOf(history))
      expect(once()).toEqual(once())
    }
  })
})
