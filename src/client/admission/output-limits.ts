/** What a request makes room for, in whatever words it says so: OpenAI's, a provider's own, at the top or in an object. */
import { isObject } from '../../kernel/json.js'

export interface OutputLimits {
  /** Tokens that one answer may have; `undefined` where nothing limits it. The greatest, where several fields say it. */
  readonly output: number | undefined
  /** Tokens that are set aside for thinking. */
  readonly thinking: number
  /** Answers, images and the like that are made. */
  readonly answers: number
}

/** Names as they are compared: in lower case, without `_` and `-`. So each stands for its spellings in other formats. */
const OUTPUT: ReadonlySet<string> = new Set([
  // `max_tokens`, `maxTokens` of Bedrock's `inferenceConfig`
  'maxtokens',
  'maxcompletiontokens',
  // Responses; `generationConfig.maxOutputTokens` of Gemini
  'maxoutputtokens',
  'maxresponseoutputtokens',
  // TGI, watsonx, Replicate
  'maxnewtokens',
  'maxlength',
  'maxtokenstosample',
  'maxtokenstogenerate',
  // Bedrock's Llama and Titan
  'maxgenlen',
  'maxtokencount',
  // Ollama's `options.num_predict`, llama.cpp
  'numpredict',
  'npredict',
])
const THINKING: ReadonlySet<string> = new Set([
  // `thinking.budget_tokens` of Anthropic, `thinkingConfig.thinkingBudget` of Gemini, `token_budget` of Cohere
  'budgettokens',
  'thinkingbudget',
  'thinkingbudgettokens',
  'thinkingtokenbudget',
  'tokenbudget',
  'reasoningbudget',
  'maxthinkingtokens',
  'maxreasoningtokens',
])
/** Objects in which a limit of tokens is one of thinking: OpenRouter's `reasoning.max_tokens`. */
const OF_THINKING: ReadonlySet<string> = new Set(['reasoning', 'thinking'])
const ANSWERS: ReadonlySet<string> = new Set([
  'n',
  'bestof',
  'candidatecount',
  'numreturnsequences',
  'numgenerations',
  'numcompletions',
  'numoutputs',
  'numresults',
  'numimages',
  'numberofimages',
  'samplecount',
  'batchsize',
])
/** What is said to the model, or about the shape of its answer: names in there are no settings. */
const CONTENT: ReadonlySet<string> = new Set([
  'messages',
  'contents',
  'system',
  'systeminstruction',
  'instructions',
  'prompt',
  'tools',
  'toolchoice',
  'toolconfig',
  'functions',
  'functioncall',
  'documents',
  'metadata',
  'responseformat',
  'responseschema',
  'responsejsonschema',
  'format',
  'text',
  'schema',
  'jsonschema',
  'prediction',
  'logitbias',
  'variables',
])

/** Objects within objects that are looked into. A request may refer to itself. */
const DEPTH = 6
/** No call is asked for as much, and sums of it stay exact. */
const MOST = 2 ** 50

/** @param layers - Parts of one request. What two of them say differently counts as the greater. */
export function outputLimitsOf(layers: readonly (object | undefined)[]): OutputLimits {
  const found = { output: 0, thinking: 0, answers: 1 }
  for (const layer of layers) if (layer) look(layer, '', found, DEPTH)
  return { ...found, output: found.output > 0 ? found.output : undefined }
}

function look(
  value: object,
  within: string,
  found: { output: number; thinking: number; answers: number },
  depth: number,
): void {
  for (const key of Object.keys(value)) {
    const inner = (value as Readonly<Record<string, unknown>>)[key]
    if (inner == null) continue
    const { name, says } = settingOf(key)
    if (says === 'content') continue
    if (isObject(inner)) {
      if (depth > 1) look(inner, name, found, depth - 1)
    } else if (says) {
      const kind = says === 'output' && OF_THINKING.has(within) ? 'thinking' : says
      found[kind] = Math.max(found[kind], numberOf(inner))
    }
  }
}

interface Setting {
  readonly name: string
  readonly says: 'output' | 'thinking' | 'answers' | 'content' | undefined
}

/** Keys that were seen: every call has the same few. */
const settings = new Map<string, Setting>()
/** Keys that are remembered, and how long they may be. The bodies of a program may hold any. */
const KEYS = 500
const LONGEST_KEY = 64

function settingOf(key: string): Setting {
  const known = settings.get(key)
  if (known) return known
  const name = key.toLowerCase().replaceAll(/[_-]/g, '')
  const setting = { name, says: saidBy(name) }
  if (settings.size < KEYS && key.length <= LONGEST_KEY) settings.set(key, setting)
  return setting
}

function saidBy(name: string): Setting['says'] {
  if (CONTENT.has(name)) return 'content'
  if (OUTPUT.has(name)) return 'output'
  if (THINKING.has(name)) return 'thinking'
  return ANSWERS.has(name) ? 'answers' : undefined
}

/** Some servers read a number in a text. What is none, and what stands for no limit, is the provider's to refuse. */
function numberOf(value: unknown): number {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number > 0 ? Math.min(MOST, Math.ceil(number)) : 0
}
