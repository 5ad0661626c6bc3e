/** Wire formats of the fake provider beside those of OpenAI and Anthropic, told by the path. */
import { cohere } from './formats/cohere.js'
import { gemini } from './formats/gemini.js'
import { interactions } from './formats/interactions.js'

export type Json = Record<string, unknown>

export interface FakeFormat {
  readonly path: RegExp
  streams(path: string, body: Json): boolean
  whole(path: string, body: Json): Json
  /** As they go over the wire. */
  events(path: string, body: Json): string[]
  /** Default: OpenAI's. */
  readonly error?: (status: number, error: Json) => Json
}

const FORMATS: readonly FakeFormat[] = [gemini, interactions, cohere]

export function formatAt(path: string): FakeFormat | undefined {
  return FORMATS.find((format) => format.path.test(path))
}

export function sse(data: unknown, event?: string): string {
  return `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}
