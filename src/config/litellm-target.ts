/** One deployment of LiteLLM's `model_list`, as a target. */
import type { Capability, TargetLimits, TargetOptions } from '../router/options.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import { addressOf, SECRET } from './litellm-address.js'
import { liteLLMModel } from './provider-names.js'
import type { Fields } from './reading.js'

/** Fields of a chat request that LiteLLM lets a deployment preset. */
const PARAMS = [
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'seed',
  'n',
  'presence_penalty',
  'frequency_penalty',
  'reasoning_effort',
  'response_format',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'logit_bias',
  'user',
  'service_tier',
  'dimensions',
  'top_k',
  'logprobs',
  'top_logprobs',
  'modalities',
  'audio',
  'prediction',
  'prompt_cache_key',
  'store',
  'verbosity',
  'thinking',
  'web_search_options',
  'extra_body',
] as const

const CAPABILITIES: Readonly<Record<string, Capability>> = {
  supports_vision: 'vision',
  supports_audio_input: 'audio',
  supports_pdf_input: 'files',
  supports_function_calling: 'tools',
  supports_response_schema: 'json_schema',
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface Deployment {
  readonly target: TargetOptions
  readonly rpm: number | undefined
  readonly tpm: number | undefined
  readonly prices: { readonly input: number; readonly output: number } | undefined
}

/** `undefined`, with a warning, for one that cannot be reached as it is meant. */
export function deploymentOf(entry: Fields): Deployment | undefined {
  const params = entry.object('litellm_params')
  const model = params?.text('model')
  if (!params || model === undefined) {
    entry.warn('litellm_params', 'names no model; the deployment is left out')
    return undefined
  }
  const named = liteLLMModel(model, params.text('custom_llm_provider'))
  if ('fault' in named) {
    params.warn('model', `\`${model}\` ${named.fault}; the deployment is left out`)
    return undefined
  }
  const address = addressOf(params, named)
  if (address === 'unknown') return undefined
  const target: Mutable<TargetOptions> = { model: `${named.provider}/${named.model}`, ...address }
  setKey(target, params)
  setCredentials(target, params)
  setHeaders(target, params)
  const rpm = params.number('rpm') ?? entry.number('rpm')
  const tpm = params.number('tpm') ?? entry.number('tpm')
  const concurrent = params.number('max_parallel_requests') ?? entry.number('max_parallel_requests')
  const limits: TargetLimits = {
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
    ...(concurrent !== undefined && { concurrent }),
  }
  if (Object.keys(limits).length > 0) target.limits = limits
  const weight = params.number('weight')
  if (weight !== undefined) target.weight = weight
  const order = params.number('order')
  if (order !== undefined) target.order = order
  const region = params.text('region_name')
  if (region !== undefined) target.region = region
  const tags = params.list('tags').filter((tag) => typeof tag === 'string')
  if (tags.length > 0) target.tags = tags
  const timeout = timeoutsOf(params)
  if (timeout) target.timeout = timeout
  const drops = params.boolean('drop_params')
  if (drops !== undefined) target.dropUnsupported = drops
  const preset = Object.fromEntries(PARAMS.flatMap((name) => valueOf(params, name)))
  if (Object.keys(preset).length > 0) target.params = preset
  const info = entry.object('model_info')
  if (info) readInfo(target, info)
  const prices = pricesOf(params) ?? (info && pricesOf(info))
  info?.close()
  params.close()
  entry.close()
  return { target, rpm, tpm, prices }
}

function valueOf(fields: Fields, name: string): [string, unknown][] {
  const value = fields.take(name)
  return value === undefined ? [] : [[name, value]]
}

function setKey(target: Mutable<TargetOptions>, params: Fields): void {
  const key = params.text('api_key')
  if (key === undefined) return
  const variable = SECRET.exec(key)?.[1]
  if (variable !== undefined) target.apiKeyEnv = variable
  else {
    target.apiKey = key
    params.warn(
      'api_key',
      'the key itself is in the options now; better put it into an environment variable and name it in apiKeyEnv',
    )
  }
}

function setCredentials(target: Mutable<TargetOptions>, params: Fields): void {
  const fields = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'] as const
  const [accessKeyId, secretAccessKey, sessionToken] = fields.map((name) => params.text(name))
  const given = fields.filter((_, i) => [accessKeyId, secretAccessKey, sessionToken][i] !== undefined)
  if (given.length === 0) return
  const isVariable = [accessKeyId, secretAccessKey, sessionToken].some(
    (value) => value !== undefined && SECRET.test(value),
  )
  if (!isVariable && accessKeyId !== undefined && secretAccessKey !== undefined) {
    target.credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
    params.warn(
      'aws_secret_access_key',
      'the secret itself is in the options now; better leave it to the AWS credentials chain',
    )
    return
  }
  for (const name of given)
    params.warn(name, 'AWS credentials are read from AWS_ACCESS_KEY_ID and the variables that go with it; left out')
}

function setHeaders(target: Mutable<TargetOptions>, params: Fields): void {
  const headers: Record<string, string> = {}
  const extra = params.object('extra_headers')
  for (const name of extra?.names() ?? []) {
    const value = extra?.text(name)
    if (value !== undefined && !SECRET.test(value)) headers[name] = value
    else if (value !== undefined) extra?.warn(name, 'is in an environment variable; left out')
  }
  const organization = params.text('organization')
  if (organization !== undefined && SECRET.test(organization))
    params.warn('organization', 'is in an environment variable; left out')
  else if (organization !== undefined) headers['openai-organization'] = organization
  if (Object.keys(headers).length > 0) target.headers = headers
}

/** Seconds there, milliseconds here. */
export function timeoutsOf(fields: Fields): TimeoutOptions | undefined {
  const total = fields.number('timeout')
  const stream = fields.number('stream_timeout')
  if (total === undefined && stream === undefined) return undefined
  return {
    ...(total !== undefined && { total: total * 1000 }),
    ...(stream !== undefined && { firstChunk: stream * 1000 }),
  }
}

function readInfo(target: Mutable<TargetOptions>, info: Fields): void {
  const id = info.text('id')
  // Says what kind of model it is, which each call here says itself.
  info.take('mode')
  if (id !== undefined) target.name = id
  const base = info.text('base_model')
  if (base !== undefined) target.base = base
  const input = info.number('max_input_tokens')
  const output = info.number('max_output_tokens')
  if (input !== undefined) target.contextWindow = input + (output ?? 0)
  const capabilities = Object.fromEntries(
    Object.entries(CAPABILITIES).flatMap(([name, capability]) => {
      const value = info.boolean(name)
      return value === undefined ? [] : [[capability, value] as const]
    }),
  )
  if (Object.keys(capabilities).length > 0) target.capabilities = capabilities
}

/** USD a token there, a million tokens here. */
function pricesOf(fields: Fields): Deployment['prices'] {
  const input = fields.number('input_cost_per_token')
  const output = fields.number('output_cost_per_token')
  if (input === undefined && output === undefined) return undefined
  return { input: perMillion(input ?? 0), output: perMillion(output ?? 0) }
}

function perMillion(price: number): number {
  return Number((price * 1e6).toPrecision(12))
}
