/** What the fake provider is told of a wire format beside those of OpenAI and Anthropic. */
export type Json = Record<string, unknown>

export interface FakeFormat {
  readonly path: RegExp
  streams(path: string, body: Json): boolean
  /** JSON, a text, or bytes. */
  whole(path: string, body: Json): Json | string | Buffer
  /** As they go over the wire. */
  events(path: string, body: Json): readonly (string | Uint8Array)[]
  /** Of a whole answer, beside its type. */
  readonly headers?: (path: string) => Readonly<Record<string, string>>
  /** Media type of a stream. Default: server-sent events. */
  readonly streamType?: string
  /** Of a whole answer that went well. Default 200. */
  readonly status?: (path: string) => number
  /** Default: OpenAI's. */
  readonly error?: (status: number, error: Json) => Json
}

export function sse(data: unknown, event?: string): string {
  return `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

/** Structured output gets the object that the tests' schema wants. */
export function textOf(body: Json): string {
  return JSON.stringify(body).includes('json_schema') ? '{"answer":"four"}' : 'Hello there, friend.'
}

export function pieces(text: string): string[] {
  return text.match(/.{1,4}/g) ?? []
}
