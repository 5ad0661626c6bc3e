/**
 * Parts that a model wrote to the hub's blocks. A part with fields the hub has no place for, a thought
 * signature above all, keeps them beside its meaning; a part of another kind (images, code and its result,
 * server tools) is a raw block.
 */
import { StreamError } from '../../kernel/errors.js'
import type { Block, FunctionToolCall, ToolCall } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { argumentsText } from '../shared/tool-arguments.js'
import { unknownFields } from '../shared/raw.js'
import { ID, camel } from './wire.js'

export interface DecodedParts {
  readonly blocks: Block[]
  readonly toolCalls: ToolCall[]
}

/** Ids of calls that the wire left without one. They are stable, and never go back to the wire. */
const MADE_ID = 'gcall_'

export function generatedId(scope: string, number: number): string {
  return `${MADE_ID}${scope === '' ? '' : `${scope}_`}${number}`
}

/** The id as the wire had it. */
export function wireId(id: string): string | undefined {
  return id === '' || id.startsWith(MADE_ID) ? undefined : id
}

/** @throws StreamError for what is nested deeper than the stack: nothing an honest model writes. */
export function stringify(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new StreamError('a value of the provider cannot be written as JSON', { cause, isRetryable: false })
  }
}

/**
 * @param nextId - Gives the id of a call that has none.
 * @param keepEmpty - Keep texts that say nothing: history is sent back as it was.
 */
export function decodeParts(parts: unknown, nextId: () => string, keepEmpty = false): DecodedParts {
  const blocks: Block[] = []
  const toolCalls: ToolCall[] = []
  for (const wire of asArray(parts)) {
    if (!isObject(wire)) continue
    const part = camel(wire)
    if (isObject(part['functionCall'])) {
      const { call, block } = decodeCall(part, camel(part['functionCall']), nextId)
      toolCalls.push(call)
      blocks.push(block)
    } else {
      const block = decodeBlock(part)
      if (block) blocks.push(block)
      else if (keepEmpty && Object.keys(part).length > 0) blocks.push({ type: 'raw', protocol: ID, value: part })
    }
  }
  return { blocks, toolCalls }
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(['text', 'thought'])
const DATA_FIELDS = [
  'inlineData',
  'fileData',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
  'functionResponse',
  'audioTranscription',
]

/** @returns `undefined` for an empty text. */
export function decodeBlock(part: JsonObject): Block | undefined {
  const text = asString(part['text'])
  // What nearly every event of a stream holds.
  if (text !== undefined && text !== '' && Object.keys(part).length === 1) return { type: 'text', text }
  if (text === undefined || DATA_FIELDS.some((field) => part[field] != null)) {
    const { thoughtSignature: signature } = part
    // Proto JSON leaves an empty text out.
    if (typeof signature === 'string' && Object.keys(part).length === (part['thought'] === undefined ? 1 : 2)) {
      return decodeBlock({ ...part, text: '' })
    }
    return Object.keys(part).length === 0 ? undefined : { type: 'raw', protocol: ID, value: part }
  }
  const beside = unknownFields(part, TEXT_FIELDS)
  const raw = beside && { raw: { protocol: ID, value: beside } }
  if (part['thought'] === true) {
    const signature = asString(part['thoughtSignature'])
    return { type: 'thinking', thinking: text, ...(signature !== undefined && { signature }), ...raw }
  }
  return text === '' && !raw ? undefined : { type: 'text', text, ...raw }
}

const CALL_FIELDS: ReadonlySet<string> = new Set(['id', 'name', 'args', 'partialArgs', 'willContinue'])
const CALL_PART_FIELDS: ReadonlySet<string> = new Set(['functionCall'])

/** The raw form of a call leaves its arguments out: the caller's `tool_calls` entry holds them. */
export function decodeCall(
  part: JsonObject,
  functionCall: JsonObject,
  nextId: () => string,
): { call: FunctionToolCall; block: Block } {
  const id = asString(functionCall['id']) || nextId()
  const rest = unknownFields(functionCall, CALL_FIELDS)
  const beside = { ...unknownFields(part, CALL_PART_FIELDS), ...(rest && { functionCall: rest }) }
  const { args } = functionCall
  return {
    call: {
      id,
      type: 'function',
      function: { name: asString(functionCall['name']) ?? '', arguments: argumentsText(args ?? undefined) },
    },
    block: { type: 'tool_call', id, ...(Object.keys(beside).length > 0 && { raw: { protocol: ID, value: beside } }) },
  }
}
