import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import type { ChatChunk } from '../../src/kernel/hub.js'
import { asArray, isObject } from '../../src/kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../src/kernel/protocol.js'
import { openaiResponses } from '../../src/protocols/openai-responses/index.js'

const turn = JSON.parse(
  readFileSync(new URL('../fixtures/openai-responses/agent-turn.json', import.meta.url), 'utf8'),
) as JsonObject

function objects(value: unknown): JsonObject[] {
  return asArray(value).filter(isObject)
}

function pieces(text: string, size: number): string[] {
  return text.match(new RegExp(`.{1,${size}}`, 'gsu')) ?? []
}

/** The events with which OpenAI's server streams an item. */
function itemEvents(item: JsonObject, index: number, size: number): JsonObject[] {
  const place = { output_index: index, item_id: item.id }
  const begun = {
    ...item,
    ...(item.type === 'function_call' && { arguments: '' }),
    ...(item.type === 'custom_tool_call' && { input: '' }),
    ...(item.type === 'message' && { content: [] }),
    ...(item.type === 'reasoning' && { summary: [] }),
  }
  const events: JsonObject[] = [{ type: 'response.output_item.added', output_index: index, item: begun }]
  for (const [at, part] of objects(item.content).entries()) {
    const inPart = { ...place, content_index: at }
    events.push({ type: 'response.content_part.added', ...inPart, part: { ...part, text: '' } })
    const kind = item.type === 'reasoning' ? 'reasoning_text' : part.type === 'refusal' ? 'refusal' : 'output_text'
    for (const delta of pieces(String(part.text ?? part.refusal), size))
      events.push({ type: `response.${kind}.delta`, ...inPart, delta })
    for (const [place, annotation] of asArray(part.annotations).entries()) {
      events.push({ type: 'response.output_text.annotation.added', ...inPart, annotation_index: place, annotation })
    }
    events.push(
      { type: `response.${kind}.done`, ...inPart, text: part.text },
      { type: 'response.content_part.done', ...inPart, part },
    )
  }
  for (const [at, part] of objects(item.summary).entries()) {
    const inPart = { ...place, summary_index: at }
    events.push({ type: 'response.reasoning_summary_part.added', ...inPart, part: { ...part, text: '' } })
    for (const delta of pieces(String(part.text), size))
      events.push({ type: 'response.reasoning_summary_text.delta', ...inPart, delta })
    events.push(
      { type: 'response.reasoning_summary_text.done', ...inPart, text: part.text },
      { type: 'response.reasoning_summary_part.done', ...inPart, part },
    )
  }
  const call =
    item.type === 'function_call'
      ? 'function_call_arguments'
      : item.type === 'custom_tool_call'
        ? 'custom_tool_call_input'
        : undefined
  if (call) {
    const text = String(item.arguments ?? item.input)
    for (const delta of pieces(text, size)) events.push({ type: `response.${call}.delta`, ...place, delta })
    events.push({ type: `response.${call}.done`, ...place, arguments: text, input: text })
  }
  return [...events, { type: 'response.output_item.done', output_index: index, item }]
}

function framed(response: JsonObject, inner: readonly JsonObject[]): JsonObject[] {
  const early = { ...response, status: 'in_progress', output: [], usage: null }
  return [
    { type: 'response.created', response: early },
    { type: 'response.in_progress', response: early },
    ...inner,
    { type: response.status === 'incomplete' ? 'response.incomplete' : 'response.completed', response },
  ]
}

function streamOf(response: JsonObject, size = 3): JsonObject[] {
  return framed(
    response,
    objects(response.output).flatMap((item, index) => itemEvents(item, index, size)),
  )
}

function read(events: readonly unknown[], options?: DecodeOptions) {
  const decoder = openaiResponses.createStreamDecoder(options)
  const accumulator = createChatAccumulator()
  const chunks: ChatChunk[] = [...events.flatMap((event) => [...decoder.push(event)]), ...decoder.end()]
  for (const chunk of chunks) accumulator.push(chunk)
  return { completion: accumulator.result(), chunks, done: decoder.done }
}

const word = fc.string({ unit: 'grapheme', maxLength: 12 })
const citation = fc.constantFrom<JsonObject>(
  { type: 'url_citation', url: 'https://example.test', title: 'T', start_index: 0, end_index: 1 },
  { type: 'file_citation', file_id: 'f', filename: 'n', index: 0 },
)
const textPart = fc
  .record({ text: word, annotations: fc.array(citation, { maxLength: 2 }) })
  .map((part) => ({ type: 'output_text', logprobs: [], ...part }))
const part = fc.oneof(
  textPart,
  word.map((refusal) => ({ type: 'refusal', refusal })),
)
const shape = fc.oneof(
  fc
    .array(part, { maxLength: 3 })
    .map((content): JsonObject => ({ type: 'message', role: 'assistant', status: 'completed', content })),
  fc.array(word, { maxLength: 3 }).map((texts): JsonObject => ({
    type: 'reasoning',
    encrypted_content: 'x',
    summary: texts.map((text) => ({ type: 'summary_text', text })),
  })),
  fc.array(word, { maxLength: 2 }).map((texts): JsonObject => ({
    type: 'reasoning',
    summary: [],
    content: texts.map((text) => ({ type: 'reasoning_text', text })),
  })),
  fc
    .record({ name: word, arguments: word })
    .map((call): JsonObject => ({ type: 'function_call', status: 'completed', ...call })),
  fc
    .record({ name: word, input: word })
    .map((call): JsonObject => ({ type: 'custom_tool_call', status: 'completed', ...call })),
  fc.constant<JsonObject>({ type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'q' } }),
)
const output = fc
  .array(shape, { maxLength: 5 })
  .map((items) => items.map((item, index): JsonObject => ({ id: `id_${index}`, call_id: `call_${index}`, ...item })))
const responses = fc
  .record({ output, status: fc.constantFrom('completed', 'incomplete') })
  .map((fields): JsonObject => ({
    ...turn,
    ...fields,
    incomplete_details: fields.status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
  }))

const RUNS = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 100) }

describe('a stream', () => {
  test('gives what the answer without streaming gives, to the last block', () => {
    expect(read(streamOf(turn)).completion).toEqual(openaiResponses.decodeResponse(turn))
    fc.assert(
      fc.property(responses, fc.integer({ min: 1, max: 5 }), (response, size) => {
        expect(read(streamOf(response, size)).completion).toEqual(openaiResponses.decodeResponse(response))
      }),
      RUNS,
    )
  })

  test('gives the same when items interleave, and whole blocks in order', () => {
    const interleaved = fc.tuple(responses, fc.infiniteStream(fc.nat({ max: 9 })))
    fc.assert(
      fc.property(interleaved, ([response, choices]) => {
        const queues = objects(response.output).map((item, index) => itemEvents(item, index, 2))
        // Items begin in order; the rest of their events mix.
        const mixed = queues.flatMap((queue) => queue.splice(0, 1))
        while (queues.some((queue) => queue.length > 0)) {
          const open = queues.filter((queue) => queue.length > 0)
          mixed.push(...(open[Number(choices.next().value) % open.length]?.splice(0, 1) ?? []))
        }
        const { completion, chunks } = read(framed(response, mixed))
        expect(completion).toEqual(openaiResponses.decodeResponse(response))
        const growing = chunks.flatMap(({ choices: [choice] }) =>
          choice?.delta.content || choice?.delta.tool_calls ? [choice.delta.block ?? -1] : [],
        )
        expect(growing).toEqual(growing.toSorted((a, b) => a - b))
      }),
      RUNS,
    )
  })

  test('with only its last event gives the same', () => {
    expect(read([{ type: 'response.completed', response: turn }]).completion).toEqual(
      openaiResponses.decodeResponse(turn),
    )
  })

  test('takes the last word on sealed reasoning from the final response', () => {
    const events = streamOf(turn)
    const revised = JSON.parse(JSON.stringify(turn).replaceAll('sealed-', 'resealed-')) as JsonObject
    events[events.length - 1] = { type: 'response.completed', response: revised }
    expect(read(events).completion).toEqual(openaiResponses.decodeResponse(revised))
  })

  test('ends with the finish reason, then the usage alone', () => {
    const { chunks, done } = read(streamOf(turn))
    expect(done).toBe(true)
    expect(chunks.at(-2)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'tool_calls' })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 80 } })
    expect(chunks[0]).toMatchObject({ id: 'resp_made_up_1', choices: [{ delta: { role: 'assistant' } }] })
  })

  test('that was cut is not done, and gives what came', () => {
    const events = streamOf(turn).slice(0, -1)
    const { completion, done } = read(events)
    expect(done).toBe(false)
    expect(completion.choices[0]?.message.content).toBe('The moon is far. Very far.')
    expect(completion.choices[0]?.finish_reason).toBeNull()
    expect(read([...events, '[DONE]']).done).toBe(false)
  })

  test('lets text through while an item of the server is open', () => {
    const decoder = openaiResponses.createStreamDecoder()
    decoder.push({
      type: 'response.output_item.added',
      output_index: 0,
      item: { id: 'm', type: 'mcp_list_tools', tools: [] },
    })
    const chunks = decoder.push({ type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: 'Hi' })
    expect(chunks[0]?.choices[0]?.delta.content).toBe('Hi')
  })

  test('calls count from 0', () => {
    const indexes = read(streamOf(turn)).chunks.flatMap(
      ({ choices: [choice] }) => choice?.delta.tool_calls?.map(({ index }) => index) ?? [],
    )
    expect([...new Set(indexes)]).toEqual([0, 1])
  })

  test('without content gives id, model, reason and usage, and nothing in between', () => {
    const { chunks, completion, done } = read(streamOf(turn), { content: false })
    expect(chunks).toHaveLength(3)
    expect(JSON.stringify(chunks)).not.toContain('moon')
    expect(completion).toMatchObject({ id: 'resp_made_up_1', model: 'a-model-2026-01-01', usage: { total_tokens: 80 } })
    expect(completion.choices[0]?.finish_reason).toBe('tool_calls')
    expect(done).toBe(true)
  })

  test('events that nobody knows change nothing', () => {
    const events = streamOf(turn)
    const noise = [
      { type: 'keepalive' },
      { type: 'response.new.delta', output_index: 3, delta: 'x' },
      { no: 'type' },
      { type: 'response.audio.delta', delta: 'x' },
    ]
    expect(read(events.flatMap((event) => [event, ...noise])).completion).toEqual(openaiResponses.decodeResponse(turn))
  })
})

describe('a failure inside a stream', () => {
  test.each<[string, JsonObject, string]>([
    [
      'an error event',
      { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down.', param: null },
      'rate_limit_exceeded',
    ],
    [
      'an error event with its error inside',
      { type: 'error', error: { type: 'requests', code: 'rate_limit_exceeded', message: 'Slow down.' } },
      'rate_limit_exceeded',
    ],
    [
      'a failed response',
      {
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'server_error', message: 'Slow down.' } },
      },
      'server_error',
    ],
    ['an error without a type', { error: { code: 'server_error', message: 'Slow down.' } }, 'server_error'],
  ])('%s is a ProviderError', (_, event, code) => {
    const decoder = openaiResponses.createStreamDecoder({ content: false })
    expect(() => decoder.push(event)).toThrow(
      expect.objectContaining({ name: 'ProviderError', message: 'Slow down.', code, isRetryable: true }),
    )
    expect(decoder.done).toBe(false)
  })

  test.each([undefined, null, 3, 'secret', ['secret']])('%j is a StreamError that does not show it', (event) => {
    const decoder = openaiResponses.createStreamDecoder()
    expect(() => decoder.push(event)).toThrow(
      expect.objectContaining({ name: 'StreamError', message: expect.not.stringContaining('secret') as string }),
    )
  })
})
