/** Changes Responses and their events back to the caller's own schemas, if the target got different ones. */
import type { ChatRequest } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { restoreText, wrapperFor } from '../../protocols/shared/schema/restore.js'
import { createUnwrapper, type Unwrapper } from '../../protocols/shared/schema/unwrap.js'
import { schemasOf, type Schemas } from './restored.js'

/** @returns The same object if the request has no schema. */
export function restoredResponse(response: JsonObject, request: ChatRequest): JsonObject {
  const schemas = schemasOf(request)
  return schemas ? restoreResponse(response, schemas) : response
}

function restoreResponse(response: JsonObject, schemas: Schemas): JsonObject {
  const { output } = response
  return Array.isArray(output) ? { ...response, output: output.map((item) => restoreItem(item, schemas)) } : response
}

function restoreItem(item: unknown, schemas: Schemas): unknown {
  if (!isObject(item)) return item
  if (item['type'] === 'function_call') {
    const schema = schemas.tools.get(String(item['name']))
    return schema ? restoreField(item, 'arguments', schema) : item
  }
  if (item['type'] !== 'message' || !schemas.format || !Array.isArray(item['content'])) return item
  return { ...item, content: item['content'].map((part: unknown) => restorePart(part, schemas)) }
}

function restorePart(part: unknown, { format }: Schemas): unknown {
  return isObject(part) && part['type'] === 'output_text' && format ? restoreField(part, 'text', format) : part
}

function restoreField(holder: JsonObject, field: string, schema: JsonObject): JsonObject {
  const text = holder[field]
  return typeof text === 'string' ? { ...holder, [field]: restoreText(text, schema) } : holder
}

type Restore = (event: JsonObject) => readonly JsonObject[]

/**
 * Reads the events of one response. Pieces come without the object that was put around the whole. They have `null` for what
 * was left out; the whole at the end of each part does not.
 *
 * @param wrapped - Whether that object is still around the pieces.
 */
export function restoredEvents(request: ChatRequest, wrapped: boolean): Restore {
  const schemas = schemasOf(request)
  if (!schemas) return (event) => [event]
  return eventRestorer(schemas, wrapped)
}

/** A key for the pieces of one text: the item and the place in it. */
const placeOf = ({ output_index: item, content_index: part = '' }: JsonObject): string =>
  `${String(item)}:${String(part)}`

function eventRestorer(schemas: Schemas, wrapped: boolean): Restore {
  const wrapper = wrapped && schemas.format ? wrapperFor(schemas.format) : undefined
  const wrappers = wrapped ? schemas.wrappers : new Map<string, string>()
  const open = new Map<string, Unwrapper>()
  /** Functions by the place of their calls. */
  const functions = new Map<string, string>()

  function piece(event: JsonObject, name: string | undefined): readonly JsonObject[] {
    if (name === undefined || typeof event['delta'] !== 'string') return [event]
    const place = placeOf(event)
    const unwrapper = open.get(place) ?? createUnwrapper(name)
    open.set(place, unwrapper)
    return [{ ...event, delta: unwrapper.push(event['delta']) }]
  }
  /** Pieces that were held back come before the whole. */
  function whole(event: JsonObject, field: string, schema: JsonObject | undefined): readonly JsonObject[] {
    const rest = open.get(placeOf(event))?.end(false) ?? ''
    const { [field]: _text, type, ...same } = event
    const held = rest === '' ? [] : [{ ...same, type: String(type).replace(/done$/, 'delta'), delta: rest }]
    return [...held, schema ? restoreField(event, field, schema) : event]
  }
  return (event) => {
    const called = functions.get(placeOf(event)) ?? ''
    switch (event['type']) {
      case 'response.output_text.delta':
        return piece(event, wrapper)
      case 'response.output_text.done':
        return whole(event, 'text', schemas.format)
      case 'response.content_part.done':
        return [{ ...event, part: restorePart(event['part'], schemas) }]
      case 'response.function_call_arguments.delta':
        return piece(event, wrappers.get(called))
      case 'response.function_call_arguments.done':
        return whole(event, 'arguments', schemas.tools.get(called))
      case 'response.output_item.added': {
        const { item } = event
        if (isObject(item) && item['type'] === 'function_call') functions.set(placeOf(event), String(item['name']))
        return [event]
      }
      case 'response.output_item.done':
        return [{ ...event, item: restoreItem(event['item'], schemas) }]
      default:
        return [
          isObject(event['response']) ? { ...event, response: restoreResponse(event['response'], schemas) } : event,
        ]
    }
  }
}
