/** `chat.completions.stream()` and `runTools()`, as callers of the `openai` package know them. */
import OpenAI from 'openai'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import { zodFunction } from 'openai/helpers/zod'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { ConfigError } from '../../src/kernel/errors.js'
import { eventually } from '../support/eventually.js'
import { clientOfPair, faultPair, messages } from './fault-pair.js'
import { answers, beginStream, chunk, completion, sendEvent, sendJson, type Behaviour } from './fault-server.js'

const pair = faultPair()
const clientFor = () => clientOfPair(pair)
const officialFor = () => new OpenAI({ baseURL: pair.good.baseURL, apiKey: 'k', maxRetries: 0 })

const says = (content: string) => completion(content)
const calls = (...functions: readonly { name: string; arguments: string }[]) =>
  completion('', {
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        logprobs: null,
        message: {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: functions.map((made, i) => ({ id: `call_${i}`, type: 'function', function: made })),
        },
      },
    ],
  })

/** Answers in turn. */
function inTurn(...all: readonly object[]): Behaviour {
  let next = 0
  return (_, response) => sendJson(response, 200, all[Math.min(next++, all.length - 1)] ?? {})
}

const toolStream: Behaviour = (_, response) => {
  beginStream(response)
  const call = (part: object): object => chunk({ tool_calls: [{ index: 0, ...part }] })
  sendEvent(response, call({ id: 'call_0', type: 'function', function: { name: 'add', arguments: '' } }))
  for (const piece of ['{"a":1', ',"b":2}']) sendEvent(response, call({ function: { arguments: piece } }))
  sendEvent(response, chunk({}, 'tool_calls'))
  sendEvent(response, '[DONE]')
  response.end()
}

describe('stream()', () => {
  test('emits text by events, and has the whole answer at its end', async () => {
    const stream = clientFor().chat.completions.stream({ model: 'good/m', messages })
    const told: string[] = []
    let chunks = 0
    stream
      .on('connect', () => told.push('connect'))
      .on('content', (delta, snapshot) => told.push(`${delta}|${snapshot}`))
      .on('content.done', ({ content }) => told.push(`done ${content}`))
      .on('finalContent', (content) => told.push(`final ${content}`))
      .on('chunk', () => (chunks += 1))
      .on('end', () => told.push('end'))
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]?.message.content).toBe('Hello from next door')
    expect(final._meta.provider).toBe('good')
    expect(await stream.finalContent()).toBe('Hello from next door')
    expect((await stream.totalUsage()).total_tokens).toBe(final.usage?.total_tokens)
    expect(told).toEqual([
      'connect',
      'Hello |Hello ',
      'from |Hello from ',
      'next |Hello from next ',
      'door|Hello from next door',
      'done Hello from next door',
      'final Hello from next door',
      'end',
    ])
    expect(chunks).toBeGreaterThan(3)
    expect(stream.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
  })

  test.each([
    'connect',
    'content',
    'chunk',
    'message',
    'chatCompletion',
    'finalContent',
    'finalMessage',
    'end',
  ] as const)('emits `%s` as often as the openai package', async (event) => {
    const count = async (stream: { on(name: typeof event, listener: () => void): unknown; done(): Promise<void> }) => {
      let times = 0
      stream.on(event, () => (times += 1))
      await stream.done()
      return times
    }
    const stream_options = { include_usage: true }
    const ours = clientFor().chat.completions.stream({ model: 'good/m', messages, stream_options })
    const theirs = officialFor().chat.completions.stream({ model: 'm', messages, stream_options })
    expect(await count(ours)).toBe(await count(theirs))
  })

  test('can be iterated; leaving the loop ends the request', async () => {
    let closed = false
    pair.good.behave = (_, response) => {
      beginStream(response)
      sendEvent(response, chunk({ role: 'assistant', content: 'one' }))
      response.on('close', () => (closed = true))
    }
    const stream = clientFor().chat.completions.stream({ model: 'good/m', messages })
    for await (const { choices } of stream) {
      expect(choices[0]?.delta.content).toBe('one')
      break
    }
    await expect.poll(() => closed).toBe(true)
    await expect(stream.done()).rejects.toMatchObject({ name: 'AbortError' })
    expect(stream.aborted).toBe(true)
  })

  test('a failure reaches every promise, the loop and the event `error`', async () => {
    pair.good.behave = (_, response) => sendJson(response, 400, { error: { message: 'no such thing' } })
    const stream = clientFor().chat.completions.stream({ model: 'good/m', messages })
    const told = vi.fn()
    stream.on('error', told)
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    }
    await expect(read()).rejects.toMatchObject({ status: 400 })
    await expect(stream.finalMessage()).rejects.toMatchObject({ status: 400 })
    await expect(stream.emitted('message')).rejects.toMatchObject({ status: 400 })
    expect(told).toHaveBeenCalledOnce()
    expect([stream.errored, stream.ended, stream.aborted]).toEqual([true, true, false])
  })

  test("the caller's own signal ends it with its reason", async () => {
    pair.good.behave = () => undefined
    const reason = new Error('enough')
    const controller = new AbortController()
    const stream = clientFor().chat.completions.stream({ model: 'good/m', messages }, { signal: controller.signal })
    await eventually(() => pair.good.seen.length === 1, 'it is asked')
    controller.abort(reason)
    await expect(stream.done()).rejects.toBe(reason)
  })

  test('arguments of functions come by events', async () => {
    pair.good.behave = toolStream
    const stream = clientFor().chat.completions.stream({ model: 'good/m', messages })
    const deltas: string[] = []
    stream.on('tool_calls.function.arguments.delta', ({ arguments_delta: delta }) => deltas.push(delta))
    const done = stream.emitted('tool_calls.function.arguments.done')
    expect(await done).toEqual({ name: 'add', index: 0, arguments: '{"a":1,"b":2}', parsed_arguments: { a: 1, b: 2 } })
    expect(deltas).toEqual(['{"a":1', ',"b":2}'])
    expect(await stream.finalFunctionToolCall()).toEqual({ name: 'add', arguments: '{"a":1,"b":2}' })
  })

  test('a schema as response_format is checked at the end', async () => {
    const City = z.object({ city: z.string() })
    pair.good.behave = answers('{"city":"Ulm"}')
    const ai = clientFor()
    const stream = ai.chat.completions.stream({ model: 'good/m', messages, response_format: City })
    expect(await stream.emitted('content.done')).toMatchObject({ parsed: { city: 'Ulm' } })
    expect(await stream.finalMessage()).toMatchObject({ parsed: { city: 'Ulm' } })
    pair.good.behave = answers('{"town":1}')
    await expect(
      ai.chat.completions.stream({ model: 'good/m', messages, response_format: City }).done(),
    ).rejects.toThrow('does not fit response_format')
  })

  test('the openai package reads the result of toReadableStream', async () => {
    const stream = clientFor().chat.completions.stream({ model: 'good/m', messages })
    const copy = ChatCompletionStream.fromReadableStream(stream.toReadableStream())
    expect(await copy.finalContent()).toBe('Hello from next door')
  })
})

const add = {
  type: 'function' as const,
  function: {
    name: 'add',
    description: 'adds',
    parameters: z.object({ a: z.number(), b: z.number() }),
    function: ({ a, b }: { a: number; b: number }) => ({ sum: a + b }),
  },
}

describe('runTools()', () => {
  test('runs what the model calls and gives the last text', async () => {
    pair.good.behave = inTurn(
      calls({ name: 'add', arguments: '{"a":1,"b":2}' }, { name: 'add', arguments: '{"a":3,"b":4}' }),
      says('3 and 7'),
    )
    const runner = clientFor().chat.completions.runTools({ model: 'good/m', messages, tools: [add] })
    const results: string[] = []
    runner.on('functionToolCallResult', (content) => results.push(content))
    expect(await runner.finalContent()).toBe('3 and 7')
    expect(results).toEqual(['{"sum":3}', '{"sum":7}'])
    expect(runner.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant'])
    expect(runner.allChatCompletions()).toHaveLength(2)
    const [first, second] = pair.good.seen
    expect(first?.body.tools).toMatchObject([
      { type: 'function', function: { name: 'add', parameters: { type: 'object', required: ['a', 'b'] } } },
    ])
    expect(JSON.stringify(first?.body)).not.toContain('toolContext')
    expect(second?.body.messages).toHaveLength(4)
    expect(await runner.finalFunctionToolCallResult()).toBe('{"sum":7}')
  })

  test('streams, over all its completions', async () => {
    let turn = 0
    pair.good.behave = (...args) => (turn++ === 0 ? toolStream(...args) : answers('three')(...args))
    const runner = clientFor().chat.completions.runTools({ model: 'good/m', messages, tools: [add], stream: true })
    let text = ''
    for await (const { choices } of runner) text += choices[0]?.delta.content ?? ''
    expect(text).toBe('three')
    expect(await runner.finalFunctionToolCallResult()).toBe('{"sum":3}')
  })

  test('errors in calls of the model are sent to it, and it may try again', async () => {
    pair.good.behave = inTurn(
      calls({ name: 'add', arguments: '{"a":"x"}' }, { name: 'sub', arguments: '{}' }),
      says('sorry'),
    )
    const runner = clientFor().chat.completions.runTools({ model: 'good/m', messages, tools: [add] })
    expect(await runner.finalContent()).toBe('sorry')
    const told = runner.messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content))
    expect(told[0]).toContain('does not fit')
    expect(told[1]).toContain('There is no function "sub"')
    expect(told[1]).toContain('add')
  })

  test('an error of a function fails the run', async () => {
    const failure = new Error('the tool broke')
    pair.good.behave = inTurn(calls({ name: 'broken', arguments: '{}' }))
    const broken = { type: 'function' as const, function: { name: 'broken', function: () => Promise.reject(failure) } }
    const runner = clientFor().chat.completions.runTools({ model: 'good/m', messages, tools: [broken] })
    await expect(runner.done()).rejects.toBe(failure)
    expect(pair.good.seen).toHaveLength(1)
  })

  test("the openai package's zodFunction, a tool context, afterCompletion, and a choice of one function", async () => {
    pair.good.behave = inTurn(calls({ name: 'greet', arguments: '{"who":"Ada"}' }))
    const seen: unknown[] = []
    const tool = zodFunction({
      name: 'greet',
      parameters: z.object({ who: z.string() }),
      function: ({ who }) => `hello ${who}`,
    })
    const plain = {
      type: 'function' as const,
      function: {
        name: 'greet',
        parse: (text: string): unknown => JSON.parse(text),
        function: (args: unknown, run: { messages: unknown[] }, context: string) => {
          seen.push(args, run.messages.length, context)
          return 'hello'
        },
      },
    }
    const choice = { type: 'function' as const, function: { name: 'greet' } }
    const ai = clientFor()
    const one = ai.chat.completions.runTools({ model: 'good/m', messages, tools: [tool], tool_choice: choice })
    expect(await one.finalFunctionToolCallResult()).toBe('hello Ada')
    // The one function that was asked for has run, so the model is not asked again.
    expect(pair.good.seen).toHaveLength(1)
    const afterCompletion = vi.fn()
    const two = ai.chat.completions.runTools(
      { model: 'good/m', messages, tools: [plain], tool_choice: choice, toolContext: 'mine' },
      { afterCompletion },
    )
    await two.done()
    expect(seen).toEqual([{ who: 'Ada' }, 2, 'mine'])
    expect(afterCompletion).toHaveBeenCalledOnce()
  })

  test('stops after maxChatCompletions and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    pair.good.behave = inTurn(calls({ name: 'add', arguments: '{"a":1,"b":2}' }))
    const runner = clientFor().chat.completions.runTools(
      { model: 'good/m', messages, tools: [add] },
      { maxChatCompletions: 3 },
    )
    await runner.done()
    expect(pair.good.seen).toHaveLength(3)
    expect(warn.mock.calls.flat().join()).toContain('raise maxChatCompletions')
    warn.mockRestore()
  })

  test('arguments that were cut off are not run', async () => {
    const cut = calls({ name: 'add', arguments: '{"a":1' }) as { choices: { finish_reason: string }[] }
    if (cut.choices[0]) cut.choices[0].finish_reason = 'length'
    pair.good.behave = inTurn(cut)
    const runner = clientFor().chat.completions.runTools({ model: 'good/m', messages, tools: [add] })
    await expect(runner.done()).rejects.toThrow('within a tool call; raise max_completion_tokens')
  })

  test.each([
    ['no function to run', [{ type: 'function' as const, function: { name: 'x' } }], 'tools[0].function.function'],
    [
      'no name',
      [
        {
          type: 'function' as const,
          function: {
            function: (
              () => () =>
                1
            )(),
          },
        },
      ],
      'tools[0].function.name',
    ],
  ])('%s is a ConfigError', (_what, tools, path) => {
    const { completions } = clientFor().chat
    let error: unknown
    try {
      completions.runTools({ model: 'good/m', messages, tools: tools as never })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ path })
  })

  test('abort() ends it', async () => {
    pair.good.behave = () => undefined
    const runner = clientFor().chat.completions.runTools({ model: 'good/m', messages, tools: [add] })
    await eventually(() => pair.good.seen.length === 1, 'it is asked')
    runner.abort()
    await expect(runner.done()).rejects.toMatchObject({ name: 'AbortError' })
    expect(runner.aborted).toBe(true)
  })
})
