/** `systemInstruction` and `contents` to the hub's conversation: the reverse of `contents-encode.ts`. */
import { messageFromBlocks } from '../../kernel/message-blocks.js'
import type { ContentPart, Message } from '../../kernel/hub.js'
import { asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { decodePart, simplify } from './content.js'
import { decodeParts, generatedId } from './parts-decode.js'
import { decodeToolResult, functionResponseOf } from './tool-results.js'
import { camel, asList } from './wire.js'

interface Call {
  readonly id: string
  readonly name: string
  answered: boolean
}

/** The calls of the conversation so far, to be found by a response that has their id, or only a name. */
interface Calls {
  readonly byId: Map<string, Call>
  /** In the order they were made; answered ones are dropped from the front. */
  readonly byName: Map<string, { calls: Call[]; next: number }>
  nextId(): string
}

function createCalls(): Calls {
  let made = 0
  return { byId: new Map(), byName: new Map(), nextId: () => generatedId('', made++) }
}

function remember(calls: Calls, id: string, name: string): void {
  const call = { id, name, answered: false }
  calls.byId.set(id, call)
  const queue = calls.byName.get(name)
  if (queue) queue.calls.push(call)
  else calls.byName.set(name, { calls: [call], next: 0 })
}

function nextOpen(calls: Calls, name: string): Call | undefined {
  const queue = calls.byName.get(name)
  while (queue && queue.calls[queue.next]?.answered) queue.next += 1
  return queue?.calls[queue.next]
}

function partsOf(content: unknown): JsonObject[] {
  // A text in place of a content, or of its parts, is what the SDKs' parameters allow.
  if (typeof content === 'string') return [{ text: content }]
  const parts = isObject(content) ? content['parts'] : undefined
  if (typeof parts === 'string') return [{ text: parts }]
  return asList(parts).flatMap((part) => (typeof part === 'string' ? [{ text: part }] : isObject(part) ? [part] : []))
}

export function decodeContents(systemInstruction: unknown, contents: unknown): Message[] {
  const messages: Message[] = []
  const system = partsOf(systemInstruction)
  if (system.length > 0) messages.push({ role: 'system', content: simplify(system.map(decodePart)) })
  const calls = createCalls()

  for (const content of typeof contents === 'string' ? [contents] : asList(contents)) {
    const parts = partsOf(content)
    if (isObject(content) && content['role'] === 'model') {
      const { blocks, toolCalls } = decodeParts(parts, calls.nextId, true)
      for (const call of toolCalls) {
        remember(calls, call.id, call.type === 'function' ? call.function.name : call.custom.name)
      }
      const { refusal: _refusal, ...message } = messageFromBlocks(blocks, toolCalls)
      messages.push(message)
    } else messages.push(...decodeUser(parts, calls))
  }
  return messages
}

/** One user turn holds function responses and what the user says; in the hub each response is a message. */
function decodeUser(parts: readonly JsonObject[], calls: Calls): Message[] {
  const messages: Message[] = []
  let said: ContentPart[] = []
  for (const wire of parts) {
    const part = camel(wire)
    const response = functionResponseOf(part)
    if (!response) {
      said.push(decodePart(part))
      continue
    }
    if (said.length > 0) messages.push({ role: 'user', content: simplify(said) })
    said = []
    messages.push(decodeToolResult(part, response, answeredBy(response, calls)))
  }
  if (said.length > 0 || messages.length === 0) messages.push({ role: 'user', content: simplify(said) })
  return messages
}

/** A response without an id answers the first open call of its name. */
function answeredBy(response: JsonObject, calls: Calls): { id: string; name: string | undefined } {
  const id = asString(response['id']) || undefined
  const call = id === undefined ? nextOpen(calls, asString(response['name']) ?? '') : calls.byId.get(id)
  if (call) call.answered = true
  return { id: id ?? call?.id ?? calls.nextId(), name: call?.name }
}
