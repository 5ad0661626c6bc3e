/** Clients in front of the fake provider, by the format that it speaks to them. */
import { createClient, type Client } from '../../src/index.js'
import type { ClientOptions } from '../../src/client/index.js'
import type { FakeProvider } from '../support/fake-provider.js'

/** The formats that the provider behind the endpoint speaks, with the base of their paths. */
export const UPSTREAMS = {
  'openai-chat': '/v1',
  'openai-responses': '/v1',
  'anthropic-messages': '/v1',
  'gemini-generate': '/v1beta',
  'bedrock-converse': '',
  'cohere-chat': '/v2',
  'ollama-chat': '',
} as const

export type Upstream = keyof typeof UPSTREAMS

let runs = 0

export interface Behind {
  readonly ai: Client
  /** What the provider was asked. */
  readonly asked: () => readonly {
    readonly path: string
    readonly body: unknown
    readonly headers: Record<string, string>
  }[]
}

/** @param behaviour - Of the fake provider, such as `error-400`. */
export function clientBehind(
  fake: FakeProvider,
  protocol: Upstream,
  behaviour = 'plain',
  options: ClientOptions = {},
): Behind {
  const run = `endpoint-${(runs += 1)}`
  const baseURL = `${fake.origin}/${run}/${behaviour}${UPSTREAMS[protocol]}`
  const ai = createClient({
    retries: 0,
    providers: { up: { protocol, baseURL, apiKey: 'k' } },
    models: { smart: 'up/m-1' },
    ...options,
  })
  return { ai, asked: () => fake.requests(run) }
}
