/**
 * Tool calls (https://docs.ollama.com/capabilities/tool-calling), both ways. Arguments are an object on the wire. Older
 * servers give calls no id, and results name the function instead: ids are then made here, and not sent.
 */
import type { Block, FunctionToolCall, ToolCall } from '../../kernel/hub.js'
import { asString, compact, isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { unknownFields } from '../shared/raw.js'
import { ID, ownRaw } from './wire.js'

const MADE_ID = /^unnamed_call_\d+$/

export function generatedId(place: number): string {
  return `unnamed_call_${place}`
}

/** The id as it goes to the server. */
export function sentId(id: string): string | undefined {
  return id === '' || MADE_ID.test(id) ? undefined : id
}

export function decodeCall(call: JsonObject, place: number): FunctionToolCall {
  const made = isObject(call['function']) ? call['function'] : {}
  return {
    id: asString(call['id']) || generatedId(place),
    type: 'function',
    function: { name: asString(made['name']) ?? '', arguments: argumentsText(made['arguments']) },
  }
}

/** Some servers in front of other models leave the model's text as it is. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string' && isObject(parseJson(value))) return value
  return JSON.stringify(value ?? {})
}

const CALL_FIELDS: ReadonlySet<string> = new Set(['id', 'type', 'function'])
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(['name', 'arguments'])

export type CallBlock = Extract<Block, { type: 'tool_call' }>

/** How a result names its call, where it does so in another way than ours. */
export interface ResultForm {
  /** The field with the function's name; `null` when there is none. */
  readonly name: 'tool_name' | 'name' | null
  readonly id: boolean
}

/** The block of a call in a request. Its raw form is `{call, result}`: the call's other fields, such as `index`, and its result's form. */
export function callBlock(call: JsonObject, id: string): CallBlock {
  const outer = unknownFields(call, CALL_FIELDS)
  const inner = isObject(call['function']) ? unknownFields(call['function'], FUNCTION_FIELDS) : undefined
  const type = asString(call['type'])
  if (!outer && !inner && type === undefined) return { type: 'tool_call', id }
  return { type: 'tool_call', id, raw: { protocol: ID, value: { call: compact({ ...outer, type, function: inner }) } } }
}

/** Keeps how the result of a call names it. Clients of older servers give the name only, or nothing. */
export function markResult(block: CallBlock, wire: JsonObject): void {
  const name = typeof wire['tool_name'] === 'string' ? 'tool_name' : typeof wire['name'] === 'string' ? 'name' : null
  const id = typeof wire['tool_call_id'] === 'string'
  if (name === 'tool_name' && id === (sentId(block.id) !== undefined)) return
  const form: ResultForm = { name, id }
  block.raw = { protocol: ID, value: { ...ownRaw(block.raw), result: form } }
}

/** The reverse of {@link markResult}. */
export function resultForm(block: Block): ResultForm | undefined {
  const form = ownRaw(block.raw)?.['result']
  return isObject(form) ? (form as unknown as ResultForm) : undefined
}

/** @param place - Written as `index` in an answer, as the server does. */
export function encodeCall(call: ToolCall, block?: Block, place?: number): JsonObject {
  const kept = ownRaw(block?.raw)?.['call']
  const raw = isObject(kept) ? kept : undefined
  const made =
    call.type === 'custom'
      ? { name: call.custom.name, arguments: { input: call.custom.input } }
      : { name: call.function.name, arguments: argumentsObject(call.function.arguments) }
  const id = place === undefined ? sentId(call.id) : call.id
  return compact({
    ...raw,
    id,
    function: compact({ index: place, ...(isObject(raw?.['function']) && raw['function']), ...made }),
  })
}

/** Arguments that a model wrote badly go as what they are, in the only form an object has for it. */
export function argumentsObject(text: string): JsonObject {
  const parsed = parseJson(text)
  if (isObject(parsed)) return parsed
  return text.trim() === '' || parsed === null ? {} : { input: parsed ?? text }
}
