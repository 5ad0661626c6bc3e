/** What the fake provider is told of a wire format beside those of OpenAI and Anthropic. */
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

export function sse(data: unknown, event?: string): string {
  return `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}
