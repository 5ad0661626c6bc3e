/**
 * Every chat format × every feature: asked for by a request, or said by an answer. Nothing is ignored in silence. The
 * table is kept in `features.md` and rewritten with `UPDATE=1`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { AssistantMessage, ChatCompletion, ChatRequest } from '../../src/kernel/hub.js'
import type { ChatProtocol, EncodeContext } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'
import type { FormatCase } from './features/format-case.js'
import { formats } from './features/formats.js'
import { hi, requestProbes, type RequestProbe } from './features/requests.js'

const TABLE = new URL('features.md', import.meta.url)

/** `left out` is ignored with a warning; `ignored` is ignored without one; `-` has no place in the format. */
type Verdict = 'native' | 'emulated' | 'left out' | 'refused' | 'ignored' | '-'

interface Encoded {
  readonly text: string
  readonly warnings: readonly string[]
}

function encode(
  codec: ChatProtocol,
  format: FormatCase,
  fields: Partial<ChatRequest>,
  dropUnsupported: boolean,
): Encoded {
  const warnings: string[] = []
  const context: EncodeContext = {
    provider: format.provider,
    model: format.model,
    quirks: {},
    dropUnsupported,
    warn: (message) => warnings.push(message),
  }
  const { path, body } = codec.encodeRequest({ model: format.model, messages: [hi], ...fields }, context)
  return { text: JSON.stringify({ path, body }), warnings }
}

function judge(codec: ChatProtocol, format: FormatCase, probe: RequestProbe): Verdict {
  const fields = { ...probe.base, ...probe.fields }
  const without = encode(codec, format, probe.base ?? {}, true)
  let asked: Encoded
  try {
    asked = encode(codec, format, fields, false)
  } catch (error) {
    expect(error).toBeInstanceOf(UnsupportedParameterError)
    // What is refused can be left out, and then it is said.
    const dropped = encode(codec, format, fields, true)
    expect(dropped.warnings.length, `${probe.feature} is dropped without a warning`).toBeGreaterThan(0)
    return 'refused'
  }
  const carried = probe.marks
    ? probe.marks.every((mark) => asked.text.includes(mark))
    : probe.isDefault === true || asked.text !== without.text
  const warned = asked.warnings.some((warning) => !without.warnings.includes(warning))
  if (carried) return warned ? 'emulated' : 'native'
  return warned ? 'left out' : 'ignored'
}

type Check = (answer: ChatCompletion, codec: ChatProtocol, format: FormatCase) => boolean

const message = (answer: ChatCompletion): ChatCompletion['choices'][0]['message'] | undefined =>
  answer.choices[0]?.message

const answerChecks: Readonly<Record<string, Check>> = {
  text: (answer) => message(answer)?.content === 'Sunny',
  id: (answer) => answer.id === 'ID1',
  'parallel calls': (answer) => {
    const calls = message(answer)?.tool_calls ?? []
    return (
      calls
        .map((call) => (call.type === 'function' ? `${call.id} ${call.function.name} ${call.function.arguments}` : ''))
        .join() === 'c1 lookup {"city":"Aa"},c2 lookup {"city":"Bb"}'
    )
  },
  reasoning: (answer) => message(answer)?.reasoning_content === 'REASON',
  // Out, and back again on the next turn.
  signature: (answer, codec, format) => {
    const said = message(answer) as AssistantMessage
    const results = (said.tool_calls ?? []).map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'r' }))
    const quirks = { thinkingBlocks: true, reasoningContent: true }
    const context: EncodeContext = {
      provider: format.provider,
      model: format.model,
      quirks,
      dropUnsupported: true,
      warn: () => undefined,
    }
    return JSON.stringify(
      codec.encodeRequest({ model: format.model, messages: [hi, said, ...results] }, context).body,
    ).includes('SIG')
  },
  citations: (answer) =>
    message(answer)?.annotations?.some((annotation) => annotation.url_citation?.url === 'https://cited.test/') ?? false,
  logprobs: (answer) => answer.choices[0]?.logprobs?.content?.[0]?.logprob === -0.1,
  'server tools': (answer) =>
    answer.usage?.server_tool_use?.web_search_requests === 1 ||
    JSON.stringify(message(answer)?.blocks ?? []).includes('SERVER_USE'),
  'several choices': (answer, codec, format) => {
    const candidates = format.answer['candidates']
    if (!Array.isArray(candidates)) return answer.choices[1]?.message.content === 'SECOND'
    return (
      codec.decodeResponse({
        ...format.answer,
        candidates: [...(candidates as unknown[]), { ...(candidates[0] as object), index: 1 }],
      }).choices.length === 2
    )
  },
  'usage totals': ({ usage }) =>
    usage?.prompt_tokens === 10 && usage.completion_tokens === 8 && usage.total_tokens === 18,
  'cached tokens': ({ usage }) => usage?.prompt_tokens_details?.cached_tokens === 3,
  'cache writes': ({ usage }) => usage?.prompt_tokens_details?.cache_write_tokens === 2,
  'reasoning tokens': ({ usage }) => usage?.completion_tokens_details?.reasoning_tokens === 4,
  refusal: (_answer, codec, format) =>
    format.refusal !== undefined && message(codec.decodeResponse(format.refusal))?.refusal === 'REFUSAL',
  'finish reasons': (_answer, codec, format) =>
    Object.entries(format.finishes).every(
      ([word, reason]) => codec.decodeResponse(format.finish(word)).choices[0]?.finish_reason === reason,
    ),
}

function judgeAnswer(codec: ChatProtocol, format: FormatCase, feature: string, check: Check): Verdict {
  if (format.lacks[feature] !== undefined) return '-'
  return check(codec.decodeResponse(format.answer), codec, format) ? 'native' : 'ignored'
}

const rows = new Map<string, Verdict[]>()

function note(feature: string, verdict: Verdict): void {
  rows.set(feature, [...(rows.get(feature) ?? []), verdict])
}

describe.each(formats)('$id', (format) => {
  const codec = protocols[format.id] as ChatProtocol
  test.each(requestProbes(format.id))('asked: $feature', (probe) => {
    const verdict = judge(codec, format, probe)
    note(probe.feature, verdict)
    expect(verdict).not.toBe('ignored')
  })
  test.each(Object.entries(answerChecks))('said: %s', (feature, check) => {
    const verdict = judgeAnswer(codec, format, feature, check)
    note(`answer: ${feature}`, verdict)
    expect(verdict).not.toBe('ignored')
  })
})

function table(): string {
  const features = [...rows.keys()]
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const part = (title: string, names: readonly string[]): string[] => [
    `## ${title}`,
    '',
    line(['feature', ...formats.map(({ id }) => id)]),
    line(['---', ...formats.map(() => '---')]),
    ...names.map((feature) => line([feature.replace(/^answer: /, ''), ...(rows.get(feature) ?? [])])),
    '',
  ]
  const reasons = formats.flatMap(({ id, lacks }) =>
    Object.entries(lacks).map(([feature, reason]) => line([id, feature, reason])),
  )
  return [
    '# Features of the chat formats',
    '',
    'Written by `features.test.ts` (`UPDATE=1`), which fails when it no longer holds. `native`: the wire says it. `emulated`: it is said in another way, with a',
    'warning. `left out`: it is not said, with a warning. `refused`: an `UnsupportedParameterError`, or a warning under',
    '`dropUnsupported`. Nothing is ignored in silence.',
    '',
    ...part(
      'Requests',
      features.filter((feature) => !feature.startsWith('answer: ')),
    ),
    ...part(
      'Answers',
      features.filter((feature) => feature.startsWith('answer: ')),
    ),
    '## What a format has no word for',
    '',
    line(['format', 'feature', 'why']),
    line(['---', '---', '---']),
    ...reasons,
    '',
  ].join('\n')
}

test('every chat format of the registry is in the table', () => {
  const chats = Object.values(protocols).filter(({ kind }) => kind === 'chat')
  expect(
    chats
      .map(({ id }) => id)

      .sort(),
  ).toEqual(formats.map(({ id }) => id).sort())
})

test('the table in the file is up to date', () => {
  const made = table()
  if (process.env.UPDATE) writeFileSync(TABLE, made)
  expect(readFileSync(TABLE, 'utf8'), 'run it with UPDATE=1').toBe(made)
})
