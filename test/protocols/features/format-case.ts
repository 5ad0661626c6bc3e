/** What is known of a chat format: a model that can most, and what its answers look like. */
import type { JsonObject, ProtocolId } from '../../../src/kernel/protocol.js'

export interface FormatCase {
  readonly id: ProtocolId
  readonly provider: string
  readonly model: string
  /** An answer with all that the format can say at once. */
  readonly answer: JsonObject
  /** Features of answers that the format has no word for, and why. */
  readonly lacks: Readonly<Record<string, string>>
  /** An answer that ended with `word`, the format's own, and what the hub calls it. */
  readonly finish: (word: string) => JsonObject
  readonly finishes: Readonly<Record<string, string>>
  /** An answer that declines. */
  readonly refusal?: JsonObject
}
