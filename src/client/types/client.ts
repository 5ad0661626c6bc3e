/** The client as callers see it. */
import type { Spend, SpendBy } from '../facts/spend.js'
import type { ChatCompletions } from './chat-completions.js'
import type { Embeddings } from './embeddings.js'
import type { ClientHealth } from './health.js'
import type { Images, Moderations, Speech, Transcriptions, Translations } from './passed.js'
import type { Rerank } from './rerank.js'
import type { Responses } from './responses.js'

/** `Alias`: the names in the `models` of its options, which editors complete. */
export interface Client<Alias extends string = never> {
  readonly chat: { readonly completions: ChatCompletions<Alias> }
  readonly embeddings: Embeddings<Alias>
  readonly responses: Responses<Alias>
  readonly rerank: Rerank<Alias>
  readonly moderations: Moderations<Alias>
  readonly images: Images<Alias>
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
