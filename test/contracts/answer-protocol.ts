/** The contract of a protocol with one whole answer and no stream: vectors, rankings, decisions. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { DecodeOptions, EncodeContext, EncodedRequest, JsonObject, WireError } from '../../src/kernel/protocol.js'
import { deepFreeze, mutated } from './json-values.js'

const RUNS = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 100) }

/** What the codecs of all these kinds have. */
interface AnswerProtocol<Request, Response> {
  readonly id: string
  encodeRequest(request: Request, context: EncodeContext): EncodedRequest
  decodeRequest(body: unknown, options?: DecodeOptions): Request
  encodeResponse(response: Response): JsonObject
  decodeResponse(body: unknown, options?: DecodeOptions): Response
  encodeError(error: WireError, status: number): JsonObject
  decodeError(body: unknown): WireError | undefined
}

export interface AnswerKind<Request, Response> {
  /** For the model `a-model`. */
  readonly requests: fc.Arbitrary<Request>
  readonly responses: fc.Arbitrary<Response>
  /** What of a request has to come back from the wire. Default: all of it. */
  readonly meaning?: (request: Request) => unknown
  /** What of an answer has to come back from the wire. Default: all of it. */
  readonly said?: (response: Response) => unknown
  /** What is empty when a request and an answer are read without content. */
  readonly withoutContent: { readonly request: Partial<Request>; readonly response: Partial<Response> }
  /** Checks what a decoder made of damaged JSON. */
  readonly isSound?: (response: Response) => void
}

const context: EncodeContext = {
  provider: 'a-provider',
  model: 'a-model',
  quirks: {},
  dropUnsupported: false,
  warn: () => undefined,
}

const onWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Runs a decoder on anything: it may refuse, but only with an error of the library. */
function refusesCleanly(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    if (!TracestitchError.isInstance(error)) throw error
  }
}

/** @param note - Why the format keeps less than its kind does, if so. */
export function testAnswerProtocol<Request extends object, Response extends object>(
  protocol: AnswerProtocol<Request, Response>,
  kind: AnswerKind<Request, Response>,
  note?: string,
): void {
  const { requests, responses, withoutContent, isSound = () => undefined } = kind
  const meaning = kind.meaning ?? ((request: Request): unknown => request)
  const said = kind.said ?? ((response: Response): unknown => response)
  const through = (request: Request): unknown => onWire(protocol.encodeRequest(request, context).body)

  describe(`protocol ${protocol.id}${note === undefined ? '' : ` (${note})`}`, () => {
    test('a request keeps its meaning from the hub to the wire and back, and is then written as it was', () => {
      fc.assert(
        fc.property(requests, (request) => {
          const wire = through(deepFreeze(request))
          const read = protocol.decodeRequest(deepFreeze(wire))
          expect(meaning(read)).toEqual(meaning(request))
          expect(through(read)).toEqual(wire)
        }),
        RUNS,
      )
    })

    test('an answer keeps what it says from the hub to the wire and back, and is then written as it was', () => {
      fc.assert(
        fc.property(responses, (response) => {
          const wire = onWire(protocol.encodeResponse(deepFreeze(response)))
          const read = protocol.decodeResponse(deepFreeze(wire))
          expect(said(read)).toEqual(said(response))
          expect(onWire(protocol.encodeResponse(read))).toEqual(wire)
        }),
        RUNS,
      )
    })

    test('without content, the facts are read and the texts are not', () => {
      fc.assert(
        fc.property(requests, responses, (request, response) => {
          const asked = protocol.decodeRequest(through(request), { content: false })
          expect(asked).toMatchObject({ model: 'a-model', ...withoutContent.request })
          const wire = onWire(protocol.encodeResponse(response))
          const read = protocol.decodeResponse(wire)
          const light = protocol.decodeResponse(wire, { content: false })
          expect(said(light)).toEqual(said({ ...read, ...withoutContent.response }))
        }),
        RUNS,
      )
    })

    test('arbitrary and damaged JSON is read, or refused with an error of the library', () => {
      const anything = fc.oneof(fc.jsonValue(), fc.object())
      fc.assert(
        fc.property(anything, requests, responses, mutated, (value, request, response, damage) => {
          for (const content of [true, false]) {
            for (const wire of [value, damage(through(request))])
              refusesCleanly(() => protocol.decodeRequest(wire, { content }))
            for (const wire of [value, damage(protocol.encodeResponse(response))])
              refusesCleanly(() => isSound(protocol.decodeResponse(wire, { content })))
          }
          refusesCleanly(() => protocol.decodeError(value))
        }),
        RUNS,
      )
    })

    test('an error keeps its message, also in place of an answer', () => {
      const body = protocol.encodeError({ message: 'no room', type: 'overloaded_error' }, 529)
      expect(protocol.decodeError(body)?.message).toBe('no room')
      expect(() => protocol.decodeResponse(body)).toThrow(
        expect.objectContaining({ name: 'ProviderError', message: 'no room' }),
      )
      expect(protocol.decodeError({})).toBeUndefined()
    })
  })
}
