/**
 * Converts requests and answers of interactions (https://ai.google.dev/gemini-api/docs/interactions) to OpenAI's chat, which that
 * format's codec reads.
 */
import {
  asArray,
  asString,
  isObject,
  path,
  semconv,
  reportsUsage,
  type Args,
  type CallDeclaration,
} from '../../src/autolog/contract.js'
import { createEventReader } from './interaction-events.js'
import { finishOf, messageOf, textOf, usageOf } from './interaction-steps.js'

type Shared = Pick<CallDeclaration, 'provider' | 'baseURL'>

const MODEL_STEPS: ReadonlySet<unknown> = new Set(['model_output', 'function_call', 'thought'])

/** Messages from the input: a text, contents of one message, or steps of a conversation. */
function messagesOf(input: unknown): object[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  const entries = isObject(input) ? [input] : asArray(input)
  return entries.map((entry) => {
    const type = path(entry, 'type')
    if (MODEL_STEPS.has(type)) return messageOf([entry])
    if (type !== 'function_result')
      return { role: 'user', content: textOf(type === 'user_input' ? path(entry, 'content') : [entry]) }
    const content = JSON.stringify(path(entry, 'result') ?? null)
    return { role: 'tool', tool_call_id: path(entry, 'call_id'), content }
  })
}

/** Tools that the program runs itself. */
function toolsOf(tools: unknown): object | undefined {
  const own = asArray(tools).filter((tool) => path(tool, 'type') === 'function')
  return own.length === 0 ? undefined : { tools: own.map((tool) => ({ type: 'function', function: tool })) }
}

function requestOf([params]: Args): unknown {
  if (!isObject(params)) return undefined
  const { generation_config: config, system_instruction: system, input, tools } = params
  return {
    model: params['model'],
    messages: [...(typeof system === 'string' ? [{ role: 'system', content: system }] : []), ...messagesOf(input)],
    ...toolsOf(tools),
    stream: params['stream'],
    previous_response_id: params['previous_interaction_id'],
    temperature: path(config, 'temperature'),
    top_p: path(config, 'top_p'),
    seed: path(config, 'seed'),
    stop: path(config, 'stop_sequences'),
    max_tokens: path(config, 'max_output_tokens'),
    reasoning_effort: path(config, 'thinking_level'),
  }
}

/** @param fetched - Whether a later call fetched it. */
function answerOf(result: unknown, fetched: boolean): unknown {
  if (!isObject(result)) return result
  const finish = finishOf(result)
  const id = asString(result['id'])
  const isToldNow = reportsUsage(id, { finished: finish !== undefined, inBackground: false })
  return {
    id,
    model: result['model'],
    choices: finish ? [{ index: 0, message: messageOf(asArray(result['steps'])), finish_reason: finish }] : [],
    ...((!fetched || isToldNow) && { usage: usageOf(result['usage']) }),
  }
}

export function createInteraction(shared: Shared, [params]: Args): CallDeclaration {
  const agent = asString(path(params, 'agent'))
  return {
    ...shared,
    protocol: 'openai-chat',
    operation: agent === undefined ? 'generate_content' : 'invoke_agent',
    ...(agent !== undefined && { attributes: { [semconv.AGENT_NAME]: agent } }),
    request: requestOf,
    answer: (result) => answerOf(result, false),
    event: createEventReader(),
  }
}

/** Has no usage, by the conventions, except for the first call that gets an answer that was made in the background. */
export function getInteraction(shared: Shared): CallDeclaration {
  return {
    ...shared,
    protocol: 'openai-chat',
    operation: 'fetch_response',
    request: ([id, params]) => ({ messages: [], stream: path(params, 'stream'), id }),
    model: () => undefined,
    answer: (result) => answerOf(result, true),
    event: createEventReader(),
  }
}
