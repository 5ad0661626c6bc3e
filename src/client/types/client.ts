/** The client as callers see it. */
import type { Spend, SpendBy } from '../facts/spend.js'
import type { ChatCompletions } from './chat-completions.js'
import type { Decisions } from './decisions.js'
import type { Embeddings } from './embeddings.js'
import type { ClientHealth } from './health.js'
import type { Images, Moderations, Speech, Transcriptions, Translations } from './passthrough.js'
import type { Rerank } from './rerank.js'
import type { Responses } from './responses.js'

/** `Alias`: the names in the `models` of its options, which editors complete. */
export interface Client<Alias extends string = never> {
  /** Chat completions (https://platform.openai.com/docs/api-reference/chat). */
  readonly chat: { readonly completions: ChatCompletions<Alias> }
  /** Embeddings (https://platform.openai.com/docs/api-reference/embeddings). */
  readonly embeddings: Embeddings<Alias>
  /** Responses (https://platform.openai.com/docs/api-reference/responses), also for providers that have only chat. */
  readonly responses: Responses<Alias>
  /** Orders documents by how well they fit a query. */
  readonly rerank: Rerank<Alias>
  /** Answers typed questions about an input, with probabilities. */
  readonly decisions: Decisions<Alias>
  /** Moderations (https://platform.openai.com/docs/api-reference/moderations), passed on as they are. */
  readonly moderations: Moderations<Alias>
  /** Images (https://platform.openai.com/docs/api-reference/images), passed on as they are. */
  readonly images: Images<Alias>
  /** Speech, transcriptions and translations (https://platform.openai.com/docs/api-reference/audio), passed on as they are. */
  readonly audio: {
    readonly speech: Speech<Alias>
    readonly transcriptions: Transcriptions<Alias>
    readonly translations: Translations<Alias>
  }
  /**
   * The client as an endpoint, without a port: a `fetch` for SDKs, which answers requests in the shape of OpenAI, Anthropic,
   * Gemini, Bedrock, Cohere or Ollama, such as `new OpenAI({ baseURL: 'http://tracestitch/v1', apiKey: 'x', fetch: ai.fetch })`.
   * Host, port and key of a request have no meaning here. Errors are answers with a status, in the shape of the route; it
   * rejects only when the signal of the request is aborted.
   */
  readonly fetch: typeof globalThis.fetch
  /** The state of the targets and the store, as far as this client knows. Sends no request. */
  health(): ClientHealth
  /** What the calls of this client have cost so far, in this process: in total, and by model (the default), user, day and so on. */
  spend(options?: { by?: SpendBy | undefined }): Spend
  /**
   * Stops what the client does in the background: probes, the renewal of places in a shared store, and its own store. A
   * store that you passed in the options is yours to close. Calls still work, those under way and new ones.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
