/** What the tests of `generateContent` share: requests written, and answers made, recorded and sent back. */
import { readFileSync } from 'node:fs'
import type { ChatCompletion, ChatRequest, Message } from '../../../src/kernel/hub.js'
import type { EncodeContext, JsonObject } from '../../../src/kernel/protocol.js'
import { geminiGenerate as codec } from '../../../src/protocols/gemini-generate/index.js'
import { sseOf } from '../../contracts/chunks.js'

export const hello: Message[] = [{ role: 'user', content: 'hi' }]

export function context(changes: Partial<EncodeContext> = {}): EncodeContext {
  return {
    provider: 'google',
    model: 'gemini-2.5-flash',
    quirks: {},
    dropUnsupported: false,
    warn: () => undefined,
    ...changes,
  }
}

export function encode(
  request: Partial<ChatRequest>,
  changes: Partial<EncodeContext> = {},
): { path: string; body: JsonObject; warnings: string[] } {
  const warnings: string[] = []
  const encoded = codec.encodeRequest(
    { model: 'm', messages: hello, ...request },
    context({ warn: (text) => warnings.push(text), ...changes }),
  )
  return { ...encoded, warnings }
}

export function generationConfig(request: Partial<ChatRequest>, changes: Partial<EncodeContext> = {}): unknown {
  return encode(request, changes).body['generationConfig']
}

export function partsAt(body: JsonObject, at: number): JsonObject[] {
  return (body['contents'] as { parts: JsonObject[] }[])[at]?.parts ?? []
}

export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/gemini-generate/${name}`, import.meta.url))
}

export function answer(candidate: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, finishReason: 'STOP', ...candidate }],
    ...more,
  }
}

/** The parts that the next turn sends back. */
export function sentBack(completion: ChatCompletion): unknown {
  const request: ChatRequest = {
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }, completion.choices[0]!.message],
  }
  return (
    codec.encodeRequest(request, context({ model: 'gemini-3-flash-preview' })).body['contents'] as { parts: unknown }[]
  )[1]?.parts
}

export function events(...bodies: JsonObject[]): Uint8Array {
  return sseOf(bodies.map((data) => ({ data })))
}
