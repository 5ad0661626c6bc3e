/** Converts the start of a model call of LangChain to hub shape. */
import { asNumber, asString, isObject, type hub } from '../../src/autolog/contract.js'
import { toHubMessage } from './messages.js'

type Fields = Readonly<Record<string, unknown>>

export interface ModelStart {
  readonly serialized: unknown
  /** Messages of a chat model, or one prompt. */
  readonly input: readonly unknown[] | string
  /** `invocation_params` and call options of the model class. */
  readonly extra: unknown
  readonly metadata: Fields
  readonly streaming: boolean
}

export function parametersOf(extra: unknown): Fields {
  const fields = isObject(extra) ? extra : {}
  return {
    ...(isObject(fields['options']) && fields['options']),
    ...(isObject(fields['invocation_params']) && fields['invocation_params']),
  }
}

/** The model's name, from the field that the package has for it. */
export function modelOf(start: Pick<ModelStart, 'metadata' | 'extra' | 'serialized'>): string | undefined {
  const parameters = parametersOf(start.extra)
  const kwargs = isObject(start.serialized) && isObject(start.serialized['kwargs']) ? start.serialized['kwargs'] : {}
  const deployment = first([kwargs], asString, 'deployment_name', 'azureOpenAIApiDeploymentName', 'deploymentName')
  // With a deployment, the class has a default model if the program sets none.
  if (deployment !== undefined && first([kwargs], asString, 'model', 'model_name', 'modelName') === undefined)
    return deployment
  return (
    asString(start.metadata['ls_model_name']) ??
    first([parameters, kwargs], asString, 'model', 'model_name', 'modelName', 'model_id', 'modelId')
  )
}

/** @param content - Whether to read messages and tools. */
export function toHubRequest(start: ModelStart, model: string | undefined, content: boolean): hub.ChatRequest {
  const parameters = parametersOf(start.extra)
  const nested = isObject(parameters['inferenceConfig']) ? parameters['inferenceConfig'] : {}
  const places = [parameters, nested]
  const number = (...names: string[]): number | undefined => first(places, asNumber, ...names)
  const temperature = number('temperature') ?? asNumber(start.metadata['ls_temperature'])
  const maxTokens =
    number('max_completion_tokens', 'max_tokens', 'maxTokens', 'maxOutputTokens', 'max_output_tokens', 'num_predict') ??
    asNumber(start.metadata['ls_max_tokens'])
  const stop = first(
    [...places, { stop: start.metadata['ls_stop'] }],
    asStop,
    'stop',
    'stop_sequences',
    'stopSequences',
  )
  const request: hub.ChatRequest = { model: model ?? '', messages: content ? messagesOf(start.input) : [] }
  if (start.streaming || parameters['stream'] === true || parameters['streaming'] === true) request.stream = true
  set(request, 'temperature', temperature)
  set(request, 'max_tokens', maxTokens)
  set(request, 'stop', stop)
  set(request, 'top_p', number('top_p', 'topP'))
  set(request, 'top_k', number('top_k', 'topK'))
  set(request, 'seed', number('seed'))
  set(request, 'n', number('n', 'candidateCount'))
  set(request, 'frequency_penalty', number('frequency_penalty', 'frequencyPenalty'))
  set(request, 'presence_penalty', number('presence_penalty', 'presencePenalty'))
  set(request, 'reasoning_effort', asString(parameters['reasoning_effort']) ?? effortOf(parameters['reasoning']))
  const format = isObject(parameters['response_format']) ? parameters['response_format']['type'] : undefined
  if (format === 'json_object' || format === 'text') request.response_format = { type: format }
  if (format === 'json_schema') request.response_format = { type: format, json_schema: { name: 'response' } }
  if (content) set(request, 'tools', toolsOf(parameters['tools']))
  return request
}

function set<Key extends keyof hub.ChatRequest>(
  request: hub.ChatRequest,
  key: Key,
  value: hub.ChatRequest[Key] | undefined,
): void {
  if (value !== undefined) request[key] = value
}

function asStop(value: unknown): string[] | undefined {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
    ? [...value]
    : undefined
}

function first<T>(
  places: readonly Fields[],
  read: (value: unknown) => T | undefined,
  ...names: readonly string[]
): T | undefined {
  for (const place of places) {
    for (const name of names) {
      const value = read(place[name])
      if (value !== undefined) return value
    }
  }
  return undefined
}

const effortOf = (reasoning: unknown): string | undefined =>
  isObject(reasoning) ? asString(reasoning['effort']) : undefined

function messagesOf(input: ModelStart['input']): hub.Message[] {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : input.map((message) => toHubMessage(message))
}

/** Only the names: telemetry records no more of a tool. */
function toolsOf(tools: unknown): hub.Tool[] | undefined {
  if (!Array.isArray(tools) || tools.length === 0) return undefined
  return tools.flatMap((tool: unknown): hub.Tool[] => {
    if (!isObject(tool)) return []
    const name = asString(isObject(tool['function']) ? tool['function']['name'] : tool['name'])
    return name === undefined ? [] : [{ type: 'function', function: { name } }]
  })
}
