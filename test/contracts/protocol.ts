/** The contract of a chat protocol, run for every one of the registry. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { TracestitchError } from '../../src/kernel/errors.js'
import { isObject } from '../../src/kernel/json.js'
import type { ChatProtocol, EncodeContext, Quirks, WireEvent } from '../../src/kernel/protocol.js'
import { bytesOf, chunksOf, cutAt, eventsOf, readStream } from './chunks.js'
import { deepFreeze, everyObject, mutated, strings } from './json-values.js'
import { chatCompletion, chatRequest, type Feature } from './hub-arbitraries.js'
import { completionMeaning, requestMeaning } from './meaning.js'

export interface ProtocolCase {
  readonly protocol: ChatProtocol
  /** What the format cannot say, and why. The generators leave it out. */
  readonly cannot?: Readonly<Partial<Record<Feature, string>>>
  readonly quirks?: Quirks
}

const RUNS = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 100) }

/** The shape is inside the property, so that a failure prints the value that broke it. */
function holds<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, check), RUNS)
}

/** Runs a decoder on anything: it may refuse, but only with an error of the library. */
function refusesCleanly(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    if (!TracestitchError.isInstance(error)) throw error
  }
}

function readEvents(protocol: ChatProtocol, events: readonly WireEvent[], content: boolean): void {
  const decoder = protocol.createStreamDecoder({ content })
  const accumulator = createChatAccumulator({ content })
  for (const { data, event } of events) for (const chunk of decoder.push(data, event)) accumulator.push(chunk)
  for (const chunk of decoder.end()) accumulator.push(chunk)
  accumulator.result()
}

export function testChatProtocol({ protocol, cannot = {}, quirks = {} }: ProtocolCase): void {
  const can = (feature: Feature): boolean => cannot[feature] === undefined
  const limits = Object.entries(cannot).map(([feature, reason]) => `no ${feature}: ${reason}`)
  const context: EncodeContext = {
    provider: 'a-provider',
    model: 'a-model',
    quirks,
    dropUnsupported: false,
    warn: () => undefined,
  }
  const requests = chatRequest(can)
  const completions = chatCompletion(can)
  const streams = fc.tuple(completions, fc.integer({ min: 1, max: 7 }))
  const encode = (request: Parameters<ChatProtocol['encodeRequest']>[0]) => protocol.encodeRequest(request, context)

  describe(`protocol ${protocol.id}${limits.length > 0 ? ` (${limits.join('; ')})` : ''}`, () => {
    test('a request keeps its meaning from the hub to the wire and back', () => {
      holds(requests, (request) => {
        const { body, path } = encode(request)
        expect(requestMeaning(protocol.decodeRequest(body, { path }))).toEqual(requestMeaning(request))
      })
    })

    test('a request that was read from the wire is written as it was', () => {
      holds(requests, (request) => {
        const { body, path } = encode(request)
        const wire = JSON.parse(JSON.stringify(body)) as unknown
        const again = encode(protocol.decodeRequest(wire, { path }))
        expect(again.body).toEqual(wire)
        expect(again.path).toBe(path)
        expect(path.endsWith((request.stream ? protocol.streamPath : undefined) ?? protocol.path)).toBe(true)
      })
    })

    test('a response keeps its meaning from the hub to the wire and back', () => {
      holds(completions, (completion) => {
        expect(completionMeaning(protocol.decodeResponse(protocol.encodeResponse(completion)))).toEqual(
          completionMeaning(completion),
        )
      })
    })

    test('a stream gives the completion that the call without streaming gives, for any cut of its bytes', () => {
      holds(
        fc.tuple(streams, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 })),
        ([[completion, size], fractions]) => {
          const unary = protocol.decodeResponse(protocol.encodeResponse(completion))
          const bytes = bytesOf(protocol, eventsOf(protocol, chunksOf(completion, size)))
          const streamed = readStream(protocol, cutAt(bytes, fractions))
          expect(completionMeaning(streamed.completion)).toEqual(completionMeaning(unary))
          expect(streamed.done).toBe(true)
        },
      )
    })

    test('a stream that was cut before its end is not done', () => {
      holds(streams, ([completion, size]) => {
        const [first, ...rest] = eventsOf(protocol, chunksOf(completion, size))
        if (first === undefined || rest.length < 3) return
        expect(readStream(protocol, [bytesOf(protocol, [first])]).done).toBe(false)
      })
    })

    test('decoders refuse arbitrary JSON with an error of the library, or read it', () => {
      holds(fc.oneof(fc.jsonValue(), fc.object()), (value) => {
        for (const content of [true, false]) {
          refusesCleanly(() => protocol.decodeRequest(value, { content }))
          refusesCleanly(() => protocol.decodeResponse(value, { content }))
          refusesCleanly(() => readEvents(protocol, [{ data: value }], content))
        }
        refusesCleanly(() => protocol.decodeError(value))
      })
    })

    test('decoders refuse a damaged request, response or stream with an error of the library, or read it', () => {
      holds(fc.tuple(requests, streams, mutated), ([request, [completion, size], damage]) => {
        const body = damage(encode(request).body)
        const answer = damage(protocol.encodeResponse(completion))
        const events = damage(eventsOf(protocol, chunksOf(completion, size)))
        for (const content of [true, false]) {
          // What was read must also be fit to be walked through as the hub's types say.
          refusesCleanly(() => requestMeaning(protocol.decodeRequest(body, { content })))
          refusesCleanly(() => completionMeaning(protocol.decodeResponse(answer, { content })))
          if (Array.isArray(events))
            refusesCleanly(() => readEvents(protocol, events.filter(isObject) as unknown as WireEvent[], content))
        }
      })
    })

    test('`__proto__` in a body reaches no prototype', () => {
      const poison = (value: unknown): unknown => {
        const clone = JSON.parse(JSON.stringify(value)) as unknown
        for (const object of everyObject(clone)) {
          Object.defineProperty(object, '__proto__', {
            value: { polluted: true },
            enumerable: true,
            configurable: true,
            writable: true,
          })
        }
        return clone
      }
      holds(fc.tuple(requests, streams), ([request, [completion, size]]) => {
        refusesCleanly(() => protocol.decodeRequest(poison(encode(request).body)))
        refusesCleanly(() => protocol.decodeResponse(poison(protocol.encodeResponse(completion))))
        refusesCleanly(() =>
          readEvents(protocol, poison(eventsOf(protocol, chunksOf(completion, size))) as WireEvent[], true),
        )
        refusesCleanly(() => protocol.decodeError(poison(protocol.encodeError({ message: 'm' }, 400))))
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      })
    })

    test('fields that nobody knows do not change what is read', () => {
      const extended = <T>(value: T): T => {
        const clone = JSON.parse(JSON.stringify(value)) as T
        for (const object of everyObject(clone, CALLERS_OWN)) object.x_unknown = { of: ['something'] }
        return clone
      }
      holds(fc.tuple(requests, streams), ([request, [completion, size]]) => {
        const { body } = encode(request)
        expect(requestMeaning(protocol.decodeRequest(extended(body)))).toEqual(
          requestMeaning(protocol.decodeRequest(body)),
        )
        const wire = protocol.encodeResponse(completion)
        const unary = completionMeaning(protocol.decodeResponse(wire))
        expect(completionMeaning(protocol.decodeResponse(extended(wire)))).toEqual(unary)
        const events = eventsOf(protocol, chunksOf(completion, size)).map((event) => ({
          ...event,
          data: extended(event.data),
        }))
        expect(completionMeaning(readStream(protocol, [bytesOf(protocol, events)]).completion)).toEqual(unary)
      })
    })

    test('without content, what is read has no text, and still its scalars', () => {
      holds(fc.tuple(requests, streams), ([request, [completion, size]]) => {
        const hasNoText = (read: unknown, source: unknown): void => {
          const kept = JSON.stringify(read)
          for (const said of strings(source)) expect(kept).not.toContain(JSON.stringify(said).slice(1, -1))
        }
        const marked = JSON.parse(JSON.stringify(request), mark) as typeof request
        const read = protocol.decodeRequest(encode(marked).body, { content: false })
        expect(read.messages).toEqual([])
        expect(read.max_completion_tokens ?? read.max_tokens).toBe(request.max_tokens)
        hasNoText(read, { messages: marked.messages, tools: marked.tools })

        const answer = JSON.parse(JSON.stringify(completion), mark) as typeof completion
        const unary = protocol.decodeResponse(protocol.encodeResponse(answer), { content: false })
        const streamed = readStream(protocol, [bytesOf(protocol, eventsOf(protocol, chunksOf(answer, size)))], {
          content: false,
        })
        const full = protocol.decodeResponse(protocol.encodeResponse(answer))
        for (const light of [unary, streamed.completion]) {
          hasNoText(
            light,
            answer.choices.map(({ message }) => message),
          )
          expect({ ...light, choices: [] }).toEqual({ ...full, choices: [], created: light.created })
          expect(light.choices.map((choice) => choice.finish_reason)).toEqual(
            full.choices.map((choice) => choice.finish_reason),
          )
        }
        hasNoText(
          streamed.chunks,
          answer.choices.map(({ message }) => message),
        )
        expect(streamed.done).toBe(true)
      })
    })

    test('an error keeps its message from the library to the wire and back', () => {
      const word = fc.stringMatching(/^[a-z]{3,12}_error$/)
      holds(fc.record({ message: fc.stringMatching(/^[a-z ]{3,40}$/), type: word, code: word }), (error) => {
        const read = protocol.decodeError(protocol.encodeError(error, 400))
        expect(read?.message).toBe(error.message)
        if (can('error types')) expect(read?.type).toBe(error.type)
      })
      expect(protocol.decodeError({})).toBeUndefined()
      expect(protocol.decodeError('text')).toBeUndefined()
      expect(
        protocol.decodeError(protocol.encodeError({ message: 'x'.repeat(100_000) }, 500))?.message.length,
      ).toBeLessThan(5000)
    })

    test('an error in place of an answer is a ProviderError, whole or streamed', () => {
      const body = protocol.encodeError({ message: 'no room', type: 'overloaded_error' }, 529)
      expect(() => protocol.decodeResponse(body)).toThrow(
        expect.objectContaining({ name: 'ProviderError', message: 'no room' }),
      )
      const event = typeof body.type === 'string' ? body.type : undefined
      expect(() => protocol.createStreamDecoder().push(body, event)).toThrow(
        expect.objectContaining({ name: 'ProviderError' }),
      )
    })

    test('encoding changes nothing of what it is given', () => {
      holds(fc.tuple(requests, streams), ([request, [completion, size]]) => {
        encode(deepFreeze(request))
        protocol.encodeResponse(deepFreeze(completion))
        eventsOf(protocol, deepFreeze(chunksOf(completion, size)))
        protocol.decodeRequest(deepFreeze(encode(request).body))
        protocol.decodeResponse(deepFreeze(protocol.encodeResponse(completion)))
        readEvents(protocol, deepFreeze(eventsOf(protocol, chunksOf(completion, size))), true)
      })
    })
  })
}

/** Values that belong to the caller or the model, where no field is unknown. */
const CALLERS_OWN = new Set([
  'json',
  'parameters',
  'input_schema',
  'input',
  'arguments',
  'schema',
  'args',
  'response',
  'parametersJsonSchema',
])

/** Makes the words of a value unmistakable; names and ids are not content, but are marked too. */
const CONTENT_FIELDS = new Set([
  'content',
  'text',
  'thinking',
  'reasoning_content',
  'arguments',
  'description',
  'refusal',
  'url',
])

function mark(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !CONTENT_FIELDS.has(key)) return value
  if (key === 'arguments') return JSON.stringify({ secretword: value })
  return key === 'url' ? `${value}secretword` : `secretword ${value}`
}
