/** What a recorded answer of Converse says, read naively. Events of a stream are told apart by their fields. */
import { asNumber, asString, isObject } from '../../../src/kernel/json.js'
import type { FinishReason } from '../../../src/kernel/hub.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { call, objects, squeeze, type Said } from './said-words.js'

const FINISH: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
}

/** The blocks that a stream builds, as an answer would hold them. */
function blocksOf(events: readonly JsonObject[]): JsonObject[] {
  const blocks = new Map<unknown, { start: JsonObject; text: string; reasoning: string; input: string }>()
  for (const event of events) {
    const { contentBlockIndex: index, start, delta } = event
    if (index === undefined) continue
    const block = blocks.get(index) ?? { start: {}, text: '', reasoning: '', input: '' }
    blocks.set(index, block)
    if (isObject(start)) block.start = start
    if (!isObject(delta)) continue
    block.text += asString(delta.text) ?? ''
    if (isObject(delta.reasoningContent)) block.reasoning += asString(delta.reasoningContent.text) ?? ''
    if (isObject(delta.toolUse)) block.input += asString(delta.toolUse.input) ?? ''
  }
  return [...blocks.values()].map(({ start, text, reasoning, input }) => ({
    text,
    reasoningContent: { reasoningText: { text: reasoning } },
    ...(isObject(start.toolUse) && { toolUse: { ...start.toolUse, input } }),
  }))
}

export function saidByBedrock(bodies: readonly JsonObject[], isStream: boolean): Said {
  const field = (name: string): unknown => bodies.map((body) => body[name]).find((value) => value !== undefined)
  const output = field('output')
  const message = isObject(output) && isObject(output.message) ? output.message : {}
  const blocks = isStream ? blocksOf(bodies) : objects(message.content)
  const found = field('usage')
  const usage = isObject(found) ? found : {}
  const total = asNumber(usage.totalTokens)
  const said = asNumber(usage.outputTokens)
  const uses = blocks.map(({ toolUse }) => toolUse).filter(isObject)
  return {
    id: undefined,
    model: undefined,
    text: squeeze(blocks.map(({ text }) => asString(text) ?? '').join('')),
    reasoning: squeeze(
      blocks
        .map(({ reasoningContent }) =>
          isObject(reasoningContent) && isObject(reasoningContent.reasoningText)
            ? (asString(reasoningContent.reasoningText.text) ?? '')
            : '',
        )
        .join(''),
    ),
    // A tool that ran at the provider is no call.
    calls: uses
      .filter(({ type }) => type !== 'server_tool_use')
      .map(({ name, input }) => call(name, input === '' ? '{}' : input)),
    finish: FINISH[asString(field('stopReason')) ?? ''],
    prompt: total === undefined || said === undefined ? undefined : total - said,
    completion: said,
  }
}
