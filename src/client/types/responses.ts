/** Responses as callers see it: its bodies, and its events, distinguished by `type`. */
import type { ModelName } from '../../kernel/model-name.js'
import type { ModelStream } from '../streams/model-stream.js'
import type { ResponseContent, ResponseItem, ResponseObject } from './response-object.js'
import type { StreamItem, WithMeta } from './meta.js'
import type { BodyOptions, CallOptions } from './options.js'

/** OpenAI's responses body (https://platform.openai.com/docs/api-reference/responses/create). */
export type ResponsesBody<Alias extends string = never> = {
  /** `provider/model` or an alias. A call without it is refused; it is optional only because it is in OpenAI's own type. */
  model?: ModelName<Alias> | undefined
  input?: unknown
  stream?: boolean | null | undefined
} & BodyOptions

/** Fields that are not named here are passed on too. The first form is for objects whose type is an interface. */
type Open<Body> = Body | (Body & { [field: string]: unknown })

/** Where in the answer an event of an item belongs. */
interface OfItem {
  item_id: string
  output_index: number
}
interface OfContent extends OfItem {
  content_index: number
}
interface OfSummary extends OfItem {
  summary_index: number
}

/** The fields of each event, by its type (https://platform.openai.com/docs/api-reference/responses-streaming). */
interface EventFields {
  'response.created': { response: ResponseObject }
  'response.queued': { response: ResponseObject }
  'response.in_progress': { response: ResponseObject }
  'response.completed': { response: ResponseObject }
  'response.incomplete': { response: ResponseObject }
  'response.failed': { response: ResponseObject }
  'response.output_item.added': { output_index: number; item: ResponseItem }
  'response.output_item.done': { output_index: number; item: ResponseItem }
  'response.content_part.added': OfContent & { part: ResponseContent }
  'response.content_part.done': OfContent & { part: ResponseContent }
  'response.output_text.delta': OfContent & { delta: string; logprobs?: readonly object[] | undefined }
  'response.output_text.done': OfContent & { text: string; logprobs?: readonly object[] | undefined }
  'response.output_text.annotation.added': OfContent & { annotation_index: number; annotation: unknown }
  'response.refusal.delta': OfContent & { delta: string }
  'response.refusal.done': OfContent & { refusal: string }
  'response.reasoning_text.delta': OfContent & { delta: string }
  'response.reasoning_text.done': OfContent & { text: string }
  'response.reasoning_summary_part.added': OfSummary & { part: ResponseContent }
  'response.reasoning_summary_part.done': OfSummary & { part: ResponseContent }
  'response.reasoning_summary_text.delta': OfSummary & { delta: string }
  'response.reasoning_summary_text.done': OfSummary & { text: string }
  'response.function_call_arguments.delta': OfItem & { delta: string }
  'response.function_call_arguments.done': OfItem & { arguments: string; name?: string | undefined }
  'response.custom_tool_call_input.delta': OfItem & { delta: string }
  'response.custom_tool_call_input.done': OfItem & { input: string }
  'response.mcp_call_arguments.delta': OfItem & { delta: string }
  'response.mcp_call_arguments.done': OfItem & { arguments: string }
  'response.code_interpreter_call_code.delta': OfItem & { delta: string }
  'response.code_interpreter_call_code.done': OfItem & { code: string }
  'response.image_generation_call.partial_image': OfItem & { partial_image_b64: string; partial_image_index: number }
  'response.audio.delta': { delta: string }
  'response.audio.transcript.delta': { delta: string }
  error: { code: string | null; message: string; param: string | null }
}

/** Steps of a tool that runs at the provider. */
type ToolStep =
  | `response.${'web_search_call' | 'file_search_call'}.${'in_progress' | 'searching' | 'completed'}`
  | `response.code_interpreter_call.${'in_progress' | 'interpreting' | 'completed'}`
  | `response.image_generation_call.${'in_progress' | 'generating' | 'completed'}`
  | `response.${'mcp_call' | 'mcp_list_tools'}.${'in_progress' | 'completed' | 'failed'}`

type Numbered = { sequence_number: number }

type KeysOf<T> = T extends T ? keyof T : never

/**
 * An event that this version does not know; its fields are `unknown`. Fields of known events are `never` here, so that
 * `event.type === 'response.output_text.delta'` makes `event.delta` a `string`, although `type` is any string.
 */
export type OtherResponseEvent = Numbered & { type: string; [field: string]: unknown } & {
  [Field in KeysOf<EventFields[keyof EventFields]>]: never
}

type KnownEvent = { [Type in keyof EventFields]: Numbered & EventFields[Type] & { type: Type } }[keyof EventFields]

/** An event of a streamed response; `type` says which. There may be events that this version does not know. */
export type ResponseEvent = KnownEvent | (Numbered & OfItem & { type: ToolStep }) | OtherResponseEvent

/** Responses, in the shape of the `openai` package's `responses`. */
export interface Responses<Alias extends string = never> {
  /**
   * To get OpenAI's own type, annotate the variable or pass the type as the type argument: `const response:
   * OpenAI.Responses.Response = await ai.responses.create(body)`.
   */
  create<T extends object = ResponseObject>(
    body: Open<ResponsesBody<Alias> & { stream?: false | null | undefined }>,
    options?: CallOptions,
  ): Promise<WithMeta<T>>
  create<T extends object = ResponseEvent>(
    body: Open<ResponsesBody<Alias> & { stream: true }>,
    options?: CallOptions,
  ): Promise<ModelStream<StreamItem<T>>>
  create<T extends object = ResponseObject, E extends object = ResponseEvent>(
    body: Open<ResponsesBody<Alias>>,
    options?: CallOptions,
  ): Promise<WithMeta<T> | ModelStream<StreamItem<E>>>
}
