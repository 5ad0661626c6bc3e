/**
 * Formats that telemetry reads and the client never writes: older operations, and formats within another one's envelope. Each is
 * converted to a format that has a codec.
 */
import type { Framing } from '../../kernel/frames.js'
import type { Usage } from '../../kernel/hub.js'
import type { FieldTable, FormatId, JsonObject, PassthroughFormat } from '../../kernel/protocol.js'

export type VariantId =
  | 'bedrock-invoke'
  | 'cohere-chat-v1'
  | 'cohere-generate'
  | 'mistral-fim'
  | 'mistral-ocr'
  | 'ollama-generate'

/** Without `request`, `answer` or `event`, the body is in the format `as` as it is. What these throw is an unread body. */
export interface Variant {
  /** The format that reads what the functions return. `json`: only id, model and usage, as OpenAI's operations have them. */
  readonly as: FormatId | 'json'
  /** Default: that of the format. */
  readonly operation?: 'chat' | 'text_completion' | 'generate_content'
  readonly outputType?: PassthroughFormat['outputType']
  /** As on the wire, for SDKs that write them in camelCase. Default: those of the format. */
  readonly fields?: FieldTable
  /** Default: that of the format. */
  readonly framing?: Framing
  /** The format of its errors. Default: `as`. */
  readonly errorsAs?: FormatId
  /** The answer is a stream, whatever the body says. */
  readonly streaming?: boolean
  readonly request?: (body: JsonObject) => unknown
  readonly answer?: (wire: JsonObject) => unknown
  /** An event, a list of them, or `undefined` for a piece without one. May throw a `ProviderError` that the stream reports. */
  readonly event?: (wire: JsonObject, name: string | undefined) => unknown
  /** Attributes of an answer that the format does not have. */
  readonly attributes?: (wire: JsonObject) => Readonly<Record<string, string | number>>
  /** Token counts in headers, by their names in lower case. Counts in the body override them. */
  readonly usageInHeaders?: (header: (name: string) => unknown) => Partial<Usage> | undefined
}
