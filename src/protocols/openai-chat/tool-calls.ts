/** Tool calls of a whole message, and the numbering of those in a stream. */
import type { ToolCall, ToolCallDelta } from '../../kernel/hub.js'
import { asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { argumentsText } from './message.js'

export function isHubToolCall(call: unknown): boolean {
  if (!isObject(call) || typeof call.id !== 'string' || call.id === '') return false
  if (call.type === 'function') {
    const made = call.function
    return isObject(made) && typeof made.name === 'string' && typeof made.arguments === 'string'
  }
  const made = call.custom
  return call.type === 'custom' && isObject(made) && typeof made.name === 'string' && typeof made.input === 'string'
}

/** A whole call. One without an id is named by its place, so that a result can refer to it. */
export function readToolCall(call: unknown, place: number): ToolCall | undefined {
  if (!isObject(call)) return undefined
  if (isHubToolCall(call)) return call as unknown as ToolCall
  const id = asString(call.id) || `call_${place}`
  if (call.type === 'custom' && isObject(call.custom)) {
    const { custom } = call
    return {
      ...call,
      id,
      type: 'custom',
      custom: { ...custom, name: asString(custom.name) ?? '', input: asString(custom.input) ?? '' },
    }
  }
  // Older servers put name and arguments on the call itself.
  const made = isObject(call.function) ? call.function : call
  if (asString(made.name) === undefined && made.arguments === undefined) return undefined
  return {
    ...call,
    id,
    type: 'function',
    function: {
      ...(isObject(call.function) ? call.function : {}),
      name: asString(made.name) ?? '',
      arguments: argumentsText(made.arguments) ?? '',
    },
  }
}

/** Everything of a message's calls, or `undefined` when there are none. */
export function readToolCalls(value: unknown): ToolCall[] | undefined {
  if (!Array.isArray(value)) return undefined
  const calls = (value as unknown[]).map(readToolCall).filter((call) => call !== undefined)
  return calls.length > 0 ? calls : undefined
}

interface KnownCall {
  readonly id: string | undefined
  readonly name: string
}

/** Numbers the calls of one choice of a stream where the server does it badly. */
export interface ToolCallNumbering {
  /** Returns the delta itself when it needs no change. */
  read(delta: unknown): ToolCallDelta | undefined
}

function isHubDelta(delta: JsonObject): boolean {
  const { function: made, custom } = delta
  return (
    typeof delta.index === 'number' &&
    (delta.id === undefined || typeof delta.id === 'string') &&
    (delta.type === undefined || delta.type === 'function' || delta.type === 'custom') &&
    (made === undefined || (isObject(made) && isOptionalText(made.name) && isOptionalText(made.arguments))) &&
    (custom === undefined || (isObject(custom) && isOptionalText(custom.name) && isOptionalText(custom.input)))
  )
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

export function createToolCallNumbering(): ToolCallNumbering {
  const calls: KnownCall[] = []
  /** Where the calls of a number went that the server used twice. */
  const moved = new Map<number, number>()

  function place(wire: number | undefined, id: string | undefined, name: string): number {
    if (wire === undefined) {
      const known = id === undefined ? calls.length - 1 : calls.findIndex((call) => call?.id === id)
      return known < 0 || (id === undefined && name !== '') ? calls.length : known
    }
    const index = moved.get(wire) ?? wire
    const known = calls[index]
    // Gemini's compatible endpoint and some others send every parallel call as number 0.
    if (known && id !== undefined && known.id !== undefined && known.id !== id && name !== '') {
      moved.set(wire, calls.length)
      return calls.length
    }
    return index
  }

  return {
    read(delta) {
      if (!isObject(delta)) return undefined
      const made = isObject(delta.function) ? delta.function : isObject(delta.custom) ? delta.custom : undefined
      const name = asString(made?.name) ?? ''
      const id = asString(delta.id) || undefined
      const wire = asNumber(delta.index)
      const index = place(wire, id, name)
      const known = calls[index]
      if (!known) calls[index] = { id, name }
      // A name that comes again whole would be joined to itself.
      const repeated = known !== undefined && name !== '' && known.name === name
      if (index === wire && !repeated && isHubDelta(delta) && (known || id !== undefined)) {
        return delta as unknown as ToolCallDelta
      }
      return rebuild(delta, index, repeated, known === undefined && id === undefined && name !== '')
    },
  }
}

function rebuild(delta: JsonObject, index: number, repeated: boolean, nameless: boolean): ToolCallDelta {
  const { id: ownId, type: _type, function: _function, custom: _custom, ...rest } = delta
  const id = asString(ownId) || (nameless ? `call_${index}` : undefined)
  const isCustom = delta.type === 'custom' || (!isObject(delta.function) && isObject(delta.custom))
  const made = isObject(delta.function) ? delta.function : isObject(delta.custom) ? delta.custom : delta
  if (made === delta) for (const key of ['name', 'arguments', 'input']) delete rest[key]
  const name = repeated ? undefined : asString(made.name)
  const text = argumentsText(isCustom ? made.input : made.arguments)
  return {
    ...rest,
    index,
    ...(id !== undefined && { id }),
    type: isCustom ? 'custom' : 'function',
    [isCustom ? 'custom' : 'function']: {
      ...(name !== undefined && { name }),
      ...(text !== undefined && { [isCustom ? 'input' : 'arguments']: text }),
    },
  }
}
