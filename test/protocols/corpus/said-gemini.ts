/** What a recorded answer of `generateContent` says, read naively: see `said.ts`. */
import { asArray, asNumber, asString, isObject } from '../../../src/kernel/json.js'
import type { FinishReason } from '../../../src/kernel/hub.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { call, squeeze, type Said } from './said-words.js'

const FINISH: Record<string, FinishReason> = {
  STOP: 'stop',
  1: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  MODEL_ARMOR: 'content_filter',
  RECITATION: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
}

function textOf(part: JsonObject, thought: boolean): string {
  return (part.thought === true) === thought ? (asString(part.text) ?? '') : ''
}

/** Arguments in pieces are strings at the top of the arguments, wherever they were recorded. */
function callsOf(parts: readonly JsonObject[]): string[] {
  const calls: { name: unknown; args: Record<string, unknown> }[] = []
  for (const { functionCall } of parts) {
    if (!isObject(functionCall)) continue
    if (functionCall.name !== undefined)
      calls.push({ name: functionCall.name, args: isObject(functionCall.args) ? functionCall.args : {} })
    const args = calls.at(-1)?.args
    for (const piece of asArray(functionCall.partialArgs)) {
      if (!args || !isObject(piece)) continue
      const name = String(piece.jsonPath).slice(2)
      args[name] = `${asString(args[name]) ?? ''}${asString(piece.stringValue) ?? ''}`
    }
  }
  return calls.map(({ name, args }) => call(name, args))
}

/** @param bodies - One answer, or the events of a stream, which may also be the entries of a list. */
export function saidByGemini(bodies: readonly unknown[]): Said {
  const answers = bodies.flat().filter(isObject)
  const candidates = answers.flatMap((answer) => asArray(answer.candidates).filter(isObject))
  const parts = candidates.flatMap(({ content }) => (isObject(content) ? asArray(content.parts).filter(isObject) : []))
  const usage =
    answers
      .map(({ usageMetadata }) => usageMetadata)
      .filter(isObject)
      .findLast(({ totalTokenCount }) => totalTokenCount !== undefined) ?? {}
  const count = (field: string): number => asNumber(usage[field]) ?? 0
  const counted = usage.totalTokenCount !== undefined
  const calls = callsOf(parts)
  const finish =
    FINISH[String(candidates.map(({ finishReason }) => finishReason).findLast((reason) => reason !== undefined))]
  return {
    id: answers.map((answer) => asString(answer.responseId)).findLast(Boolean),
    model: answers.map((answer) => asString(answer.modelVersion)).findLast(Boolean),
    text: squeeze(parts.map((part) => textOf(part, false)).join('')),
    reasoning: squeeze(parts.map((part) => textOf(part, true)).join('')),
    calls,
    finish: finish === 'stop' && calls.length > 0 ? 'tool_calls' : finish,
    // What the model did not write, the prompt and the results of tools, is the prompt.
    prompt: counted
      ? count('totalTokenCount') - count('candidatesTokenCount') - count('thoughtsTokenCount')
      : undefined,
    completion: counted ? count('candidatesTokenCount') + count('thoughtsTokenCount') : undefined,
  }
}
