/** Names of our providers in LiteLLM and Portkey. `test/config/provider-names.test.ts` checks the ids. */

/** Prefixes of LiteLLM's model strings (https://docs.litellm.ai/docs/providers), by our id. */
const LITELLM: Readonly<Record<string, string>> = {
  same:
    'abliteration ai21 aihubmix anthropic apertis azure baseten bedrock bytez cerebras chutes clarifai codestral cohere cometapi ' +
    'compactifai crusoe databricks datarobot deepinfra deepseek gemini groq helicone heroku huggingface hyperbolic ' +
    'inception lemonade llamafile minimax mistral moonshot morph nano-gpt nebius novita nscale oci ollama openai openrouter ' +
    'ovhcloud perplexity poe publicai replicate sambanova sarvam scaleway snowflake synthetic v0 vllm volcengine voyage wandb ' +
    'xai xinference zai',
  ai21: 'ai21_chat',
  aimlapi: 'aiml',
  alibaba: 'dashscope',
  'azure-ai': 'azure_ai',
  bedrock: 'bedrock_converse',
  'cloudflare-workers-ai': 'cloudflare',
  cohere: 'cohere_chat',
  'docker-model-runner': 'docker_model_runner',
  featherless: 'featherless_ai',
  fireworks: 'fireworks_ai',
  friendli: 'friendliai',
  'github-models': 'github',
  gmicloud: 'gmi',
  jina: 'jina_ai',
  litellm: 'litellm_proxy',
  llama: 'meta_llama',
  lmstudio: 'lm_studio',
  nova: 'amazon_nova',
  nvidia: 'nvidia_nim',
  ollama: 'ollama_chat',
  openai: 'custom_openai openai_like',
  'text-generation-webui': 'oobabooga',
  together: 'together_ai',
  vercel: 'vercel_ai_gateway',
  vertex: 'vertex_ai vertex_ai_beta',
  vllm: 'hosted_vllm',
  // Both mean IBM's own API, not the model gateway in front of it.
  'watsonx-text': 'watsonx watsonx_text',
  xiaomi: 'xiaomi_mimo',
}

/** Portkey's provider slugs (https://portkey.ai/docs/integrations/llms), by our id. */
const PORTKEY: Readonly<Record<string, string>> = {
  same:
    '302ai ai21 anthropic bedrock bytez cerebras cohere cometapi databricks deepinfra deepseek groq huggingface hyperbolic ' +
    'inference-net jina krutrim moonshot nebius nextbit nscale ollama openai openrouter replicate sambanova siliconflow upstage voyage',
  alibaba: 'dashscope',
  azure: 'azure-openai',
  'azure-ai': 'azure-ai',
  'cloudflare-workers-ai': 'workers-ai',
  featherless: 'featherless-ai',
  fireworks: 'fireworks-ai',
  gemini: 'google',
  'github-models': 'github',
  mistral: 'mistral-ai',
  novita: 'novita-ai',
  perplexity: 'perplexity-ai',
  reka: 'reka-ai',
  together: 'together-ai',
  vertex: 'vertex-ai',
  xai: 'x-ai',
  zai: 'z-ai',
  zhipuai: 'zhipu',
}

function byForeignName(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([id, names]) =>
      names.split(' ').map((name) => [name, id === 'same' ? name : id] as const),
    ),
  )
}

export const fromLiteLLMName: ReadonlyMap<string, string> = /* @__PURE__ */ byForeignName(LITELLM)
export const fromPortkeyName: ReadonlyMap<string, string> = /* @__PURE__ */ byForeignName(PORTKEY)

/** The meaning of a bare model name in LiteLLM. */
const BARE: readonly (readonly [RegExp, string])[] = [
  [/^(gpt-|chatgpt-|o\d|text-embedding-|dall-e-|whisper-|tts-|ft:gpt-)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^command-/, 'cohere'],
  [/^gemini-/, 'vertex'],
]

export interface NamedProvider {
  readonly provider: string
  readonly model: string
  /** The path of the model string. */
  readonly region?: string
}

/** What follows the model string in a message. */
export interface UnknownProvider {
  readonly fault: string
}

const UNKNOWN: UnknownProvider = { fault: 'names no provider that is known here' }

/** Models with another API than the others of their provider, and the row that speaks it. */
const ELSEWHERE: Readonly<Record<string, readonly (readonly [pattern: RegExp, row: string | undefined])[]>> = {
  vertex: [
    [/^(jamba-|ai21\/)/, undefined],
    // Open models, as `publisher/model`.
    [/^(?!google\/|publishers\/|gemini\/|anthropic\/|mistralai\/|\d+$)[\w-]+\/./, 'vertex-openai'],
  ],
}

/** Parts of a model string that choose a route inside LiteLLM, by row. */
const ROUTES: Readonly<Record<string, RegExp>> = {
  bedrock: /^(converse|invoke|converse_like)\//,
  azure: /^(responses|gpt5_series|o_series)\//,
}
const AWS_REGION = /^([a-z]{2}(?:-[a-z]+)+-\d)\//

/** `model` in the row's form, or why there is none. */
export function servedModel(provider: string, model: string): NamedProvider | UnknownProvider {
  const other = ELSEWHERE[provider]?.find(([pattern]) => pattern.test(model))
  if (!other) return { provider, model }
  const [, row] = other
  return row === undefined
    ? { fault: `is served by an API of \`${provider}\` that is not supported here` }
    : { provider: row, model }
}

export function liteLLMModel(text: string, named: string | undefined): NamedProvider | UnknownProvider {
  const at = text.indexOf('/')
  const prefix = named ?? (at < 0 ? undefined : text.slice(0, at))
  const provider =
    prefix === undefined ? BARE.find(([pattern]) => pattern.test(text))?.[1] : fromLiteLLMName.get(prefix)
  const model = prefix !== undefined && text.startsWith(`${prefix}/`) ? text.slice(prefix.length + 1) : text
  if (provider === undefined || model === '') return UNKNOWN
  const bare = model.replace(ROUTES[provider] ?? /^$/, '')
  const region = provider === 'bedrock' ? AWS_REGION.exec(bare)?.[1] : undefined
  if (region !== undefined) return { provider, model: bare.slice(region.length + 1), region }
  return servedModel(provider, bare)
}
