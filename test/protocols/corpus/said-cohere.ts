/** What a recorded answer of Cohere's chat says, read naively. */
import { asNumber, asString, isObject } from '../../../src/kernel/json.js'
import type { FinishReason } from '../../../src/kernel/hub.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { call, objects, squeeze, type Said } from './said-words.js'

const FINISH: Record<string, FinishReason> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool_calls',
}

interface Gathered {
  id: unknown
  text: string
  reasoning: string
  calls: { name: unknown; input: string }[]
  finish: unknown
  usage: unknown
}

function whole(body: JsonObject): Gathered {
  const message = isObject(body.message) ? body.message : {}
  const content = objects(message.content)
  return {
    id: body.id,
    text: content.map(({ text }) => asString(text) ?? '').join(''),
    reasoning: content.map(({ thinking }) => asString(thinking) ?? '').join('') + (asString(message.tool_plan) ?? ''),
    calls: objects(message.tool_calls).map(({ function: made }) =>
      isObject(made) ? { name: made.name, input: asString(made.arguments) ?? '' } : { name: '', input: '' },
    ),
    finish: body.finish_reason,
    usage: body.usage,
  }
}

function streamed(events: readonly JsonObject[]): Gathered {
  const said: Gathered = { id: undefined, text: '', reasoning: '', calls: [], finish: undefined, usage: undefined }
  for (const event of events) {
    const delta = isObject(event.delta) ? event.delta : {}
    const message = isObject(delta.message) ? delta.message : {}
    said.id ??= event.id
    said.finish ??= delta.finish_reason
    said.usage ??= delta.usage
    const content = isObject(message.content) ? message.content : {}
    said.text += asString(content.text) ?? ''
    said.reasoning += (asString(content.thinking) ?? '') + (asString(message.tool_plan) ?? '')
    const made = isObject(message.tool_calls) ? message.tool_calls.function : undefined
    if (!isObject(made)) continue
    if (event.type === 'tool-call-start') said.calls.push({ name: made.name, input: asString(made.arguments) ?? '' })
    else said.calls.at(-1)!.input += asString(made.arguments) ?? ''
  }
  return said
}

export function saidByCohere(bodies: readonly JsonObject[], isStream: boolean): Said {
  const { id, text, reasoning, calls, finish, usage } = isStream ? streamed(bodies) : whole(bodies[0] ?? {})
  const tokens = isObject(usage) && isObject(usage.tokens) ? usage.tokens : {}
  return {
    id: asString(id),
    model: undefined,
    text: squeeze(text),
    reasoning: squeeze(reasoning),
    calls: calls.map(({ name, input }) => call(name, input === '' || input === 'null' ? '{}' : input)),
    finish: FINISH[asString(finish) ?? ''],
    prompt: asNumber(tokens.input_tokens),
    completion: asNumber(tokens.output_tokens),
  }
}
