/** The client as callers see it. */
import type { Spend, SpendBy } from '../facts/spend.js'
import type { ChatCompletions } from './chat-completions.js'
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
  /** Responses (https://platform.openai.com/docs/api-reference/responses), at providers that have only chat too. */
  readonly responses: Responses<Alias>
  /** Orders documents by how well they fit a query. */
  readonly rerank: Rerank<Alias>
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
  /** How targets and the store do now. Asks nobody. */
  health(): ClientHealth
  /** What the calls of this client came to so far, in this process: in all, and by model (the default), user, day and so on. */
  spend(options?: { by?: SpendBy | undefined }): Spend
  /**
   * Ends what the client does in the background: probes, the renewal of places in a shared store, and the store of its
   * own. A store that the options gave stays its maker's to close. Calls still work, those under way and new ones.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
