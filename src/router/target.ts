/** Where a call can go. */
import type { ChatProtocol, EmbeddingsProtocol, ProtocolId, Quirks } from '../kernel/protocol.js'

export interface PlannedProvider {
  readonly id: string
  /** Value of `gen_ai.provider.name`. */
  readonly telemetryName: string
  /** Without a trailing slash. */
  readonly baseURL: string
  readonly quirks: Quirks
  /** Without authentication. */
  readonly headers: Readonly<Record<string, string>>
  /** The format for chat; `undefined` when it has none. */
  readonly chat: ChatProtocol | undefined
  readonly embeddings: EmbeddingsProtocol | undefined
  /** The codec of `id`, when this provider speaks it. */
  speaks(id: ProtocolId): ChatProtocol | undefined
  /**
   * Header name and value of the key; `undefined` when none is needed.
   *
   * @throws ConfigError when a key or a part of the base URL is needed and there is none.
   */
  authorize(): Promise<readonly [name: string, value: string] | undefined> | readonly [name: string, value: string] | undefined
  /** Why {@link authorize} would throw, known beforehand. */
  readonly missing: string | undefined
}

export interface Target {
  /** `provider/model`. */
  readonly id: string
  /** Name as the provider knows it. */
  readonly model: string
  readonly provider: PlannedProvider
}
