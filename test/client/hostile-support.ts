/** What tests of hostile answers share. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { TracestitchError } from '../../src/kernel/errors.js'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import type { ProtocolId } from '../../src/kernel/protocol.js'

export const KEY = 'k-very-secret-key'
export const messages = [{ role: 'user' as const, content: 'a very private prompt' }]
export const MB = 1024 * 1024

/** Every format for chat. */
export const CHAT_FORMATS = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'bedrock-converse',
  'cohere-chat',
  'ollama-chat',
  'watsonx-chat',
  'replicate-predictions',
] as const satisfies readonly ProtocolId[]

/** Everything an error says when it is logged, its causes left out: they are the runtime's. */
export const told = (error: Error): string => `${String(error)} ${JSON.stringify(error)}`

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Runs `work` and tells how far resident memory rose above its start, without what only waited to be collected. */
export async function growth(work: () => Promise<unknown>): Promise<{ result: unknown; bytes: number }> {
  collect()
  const before = process.memoryUsage.rss()
  let peak = before
  const look = (): void => {
    if (process.memoryUsage.rss() <= peak) return
    collect()
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const sampler = setInterval(look, 10)
  try {
    const result = await work()
    look()
    return { result, bytes: peak - before }
  } finally {
    clearInterval(sampler)
  }
}

/** Bytes of the heap that `work` leaves behind, collected. */
export async function held(work: () => Promise<unknown>): Promise<number> {
  collect()
  const before = process.memoryUsage().heapUsed
  await work()
  collect()
  return process.memoryUsage().heapUsed - before
}

/** Paths of objects whose prototype carries what the body put under `__proto__`. */
export function inherited(value: unknown, path = '', seen = new Set<unknown>()): string[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  const own = Object.hasOwn(value, 'polluted') ? undefined : (value as Record<string, unknown>)['polluted']
  const children = Object.keys(value).flatMap((key) =>
    inherited(Object.getOwnPropertyDescriptor(value, key)?.value, `${path}.${key}`, seen),
  )
  return own === undefined ? children : [path, ...children]
}

const EVIL = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}'

/** The JSON of a value, with keys in each of its objects that would reach the prototype of a careless copy. */
export function poisoned(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(poisoned).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return `{${[EVIL, ...fields.map(([name, field]) => `${JSON.stringify(name)}:${poisoned(field)}`)].join(',')}}`
}

/** Values that no reader expects where another stands. */
export const ODD_VALUES: readonly unknown[] = [null, true, 7, -1, 'text', '', [], [null], {}, [[]], { a: null }]

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key as string | number]))]
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return by
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

/** Each place of a value replaced by each odd value, one at a time. */
export function* wounded(value: unknown): Generator<{ readonly at: string; readonly value: unknown }> {
  for (const path of pathsOf(value))
    for (const odd of ODD_VALUES)
      yield { at: `${path.join('.')} = ${JSON.stringify(odd)}`, value: replaced(value, path, odd) }
}

/** An answer with as many kinds of things in it as a format may say. */
export const RICH: ChatCompletion = {
  id: 'answer-1',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: 'm',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: 'Hello',
        refusal: null,
        reasoning_content: 'Hm.',
        thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'c2ln' }],
        annotations: [
          {
            type: 'url_citation',
            url_citation: { url: 'https://example.com', title: 'Example', start_index: 0, end_index: 5 },
          },
        ],
        tool_calls: [
          { id: 'call-1', type: 'function', function: { name: 'one', arguments: '{"a":1}' } },
          { id: 'call-2', type: 'function', function: { name: 'two', arguments: '{}' } },
        ],
      },
      logprobs: {
        content: [{ token: 'Hello', logprob: -0.1, bytes: [72], top_logprobs: [] }],
        refusal: null,
      },
    },
  ],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 1 },
    completion_tokens_details: { reasoning_tokens: 1 },
  },
}

const isText = (value: unknown): boolean => value === null || value === undefined || typeof value === 'string'

/** What is of a wrong type in an answer or a chunk of one, in words. */
export function faultsOf(item: unknown): string[] {
  const faults: string[] = []
  const expect = (holds: boolean, what: string): void => void (holds || faults.push(what))
  const { id, model, created, choices, usage } = item as Record<string, unknown>
  expect(typeof id === 'string', 'id')
  expect(typeof model === 'string', 'model')
  expect(Number.isFinite(created), 'created')
  expect(Array.isArray(choices), 'choices')
  for (const choice of Array.isArray(choices) ? (choices as Record<string, unknown>[]) : []) {
    const part = (choice['message'] ?? choice['delta']) as Record<string, unknown>
    expect(Number.isInteger(choice['index']), 'index')
    expect(isText(choice['finish_reason']), 'finish_reason')
    for (const name of ['content', 'refusal', 'reasoning_content']) expect(isText(part[name]), name)
    for (const name of ['tool_calls', 'annotations', 'thinking_blocks', 'blocks'])
      expect(part[name] === undefined || Array.isArray(part[name]), name)
    for (const call of (part['tool_calls'] ?? []) as Record<string, Record<string, unknown>>[]) {
      expect(isText(call['id']), 'tool_calls.id')
      expect(isText(call['function']?.['name']), 'tool_calls.name')
      expect(isText(call['function']?.['arguments']), 'tool_calls.arguments')
    }
  }
  for (const [name, count] of Object.entries((usage ?? {}) as object))
    if (name.endsWith('_tokens')) expect(Number.isFinite(count), `usage.${name}`)
  return faults
}

/** What is wrong with the error that a hostile answer ended in, in words. */
export function faultsOfError(error: unknown): string[] {
  if (!(error instanceof TracestitchError)) return [`no error of the library: ${String(error)}`]
  const { provider, model, status, message } = error
  return [
    ...(provider === 'odd' && model === 'm' ? [] : [`names ${provider}/${model}`]),
    ...(status !== undefined && status >= 200 ? [] : [`status ${status}`]),
    ...(message.length < 300 ? [] : [`a message of ${message.length} characters`]),
    ...(/private|secret/.test(told(error)) ? ['tells what is private'] : []),
  ]
}
