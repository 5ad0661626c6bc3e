/**
 * Answers that a fallback stands ready to replace: withheld by a filter, declined, empty, of the wrong form, or turned down
 * by the fallback's own test. Where none does, an answer is what it is, and none of this is looked at.
 */
import { ProviderError } from '../../kernel/errors.js'
import type { ChatChunk, ChatCompletion, ChatRequest } from '../../kernel/hub.js'
import { isObject, parseJson } from '../../kernel/json.js'
import type { Fallback } from '../../router/route.js'
import type { AttemptRun } from '../call/attempt-run.js'

import { bringsContent } from '../streams/chunks.js'
import { mayFit } from './json-shape.js'
import type { ContentParser } from './parsed.js'
import { parseContent } from './schema.js'

type Choice = ChatCompletion['choices'][number]

/** How an answer can fail. */
type Fault = 'content-filter' | 'refusal' | 'empty' | 'invalid-output'

/** What an answer is held against. */
export interface Asked {
  readonly request: ChatRequest
  /** Of a schema that the caller gave as such. */
  readonly read?: ContentParser | undefined
}

const SAID = {
  'content-filter': ['content_filter', 'a content filter withheld the answer'],
  refusal: ['refusal', 'the model declined to answer'],
  empty: ['empty_answer', 'the answer is empty'],
  'invalid-output': ['invalid_output', 'the answer does not fit the schema or the tools of the call'],
  rejected: ['rejected', 'the answer was turned down by the test of a fallback'],
} as const

function unfit(failureClass: Fault | 'rejected'): ProviderError {
  const [code, message] = SAID[failureClass]
  return new ProviderError(message, { code, failureClass })
}

/** The fallbacks whose own tests turned an answer down, by the error that says so. */
const turnedDown = new WeakMap<object, Fallback>()

/** The fallback that has to be asked next, where its own test failed the answer. */
export function turnedDownFor(error: unknown): Fallback | undefined {
  return isObject(error) ? turnedDown.get(error) : undefined
}

/**
 * Looks at a whole answer before it is given.
 *
 * @throws ProviderError with its `failureClass`, where a fallback for that has a target to try now, or the reason of an abort
 * meanwhile. The answer counts all the same.
 */
export async function refuseUnfit(run: AttemptRun, chat: ChatCompletion, asked: Asked): Promise<void> {
  if (!run.itinerary.looksAtAnswers) return
  let found: Found | undefined
  try {
    found = await findFault(run, chat, asked)
  } catch (calledOff) {
    run.answeredInVain({ chat })
    throw calledOff
  }
  if (!found) return
  const error = turnDown(run, chat, found.fault)
  if (found.by) turnedDown.set(error, found.by)
  throw error
}

interface Found {
  readonly fault: Fault | 'rejected'
  /** Whose own test it failed. */
  readonly by?: Fallback
}

/** @throws the reason of an abort, and nothing else. */
async function findFault(run: AttemptRun, chat: ChatCompletion, asked: Asked): Promise<Found | undefined> {
  const { itinerary, limits } = run
  const fault = faultOf(chat.choices, (kind) => itinerary.hasFallbackOn(kind))
  if (fault) return { fault }
  // What a schema or a test of the caller's has to wait for may never come.
  if (itinerary.hasFallbackOn('invalid-output') && !(await limits.race(fitsAsked(chat.choices, asked))))
    return { fault: 'invalid-output' }
  for (const fallback of itinerary.testing)
    if (await isTurnedDown(run, chat, fallback)) return { fault: 'rejected', by: fallback }
  return undefined
}

/** Says of which fallbacks a stream cannot be held against: they need the whole answer, and what was given cannot be taken back. */
export function tellUnchecked({ itinerary, encodeContext }: AttemptRun): void {
  if (!itinerary.looksAtAnswers) return
  const kinds = [
    itinerary.hasFallbackOn('invalid-output') && '`invalid-output`',
    itinerary.testing.length > 0 && 'a function',
  ].filter((kind) => kind !== false)
  if (kinds.length > 0)
    encodeContext.warn(`fallbacks on ${kinds.join(' and ')} are not tried for a stream: they need the whole answer`)
}

/** As {@link refuseUnfit}, of a stream that came whole, without what would have to be waited for. */
export function refuseUnfitWhole(run: AttemptRun, chat: ChatCompletion): void {
  if (!run.itinerary.looksAtAnswers) return
  const fault = faultOf(chat.choices, (kind) => run.itinerary.hasFallbackOn(kind))
  if (fault) throw turnDown(run, chat, fault)
}

/**
 * What the first content of a stream of one choice says: it is a refusal, or there is none and will be none.
 *
 * @returns `undefined` for content that may be given.
 */
export function faultOfFirst(run: AttemptRun, chunk: ChatChunk): Fault | undefined {
  const { itinerary } = run
  if (!itinerary.looksAtAnswers) return undefined
  for (const { delta, finish_reason: finish, native_finish_reason: native } of chunk.choices) {
    const { refusal, ...others } = delta
    const declines =
      Boolean(refusal) && !bringsContent({ index: 0, delta: { ...others, blocks: [] }, finish_reason: null })
    if ((declines || native === 'refusal') && itinerary.hasFallbackOn('refusal')) return 'refusal'
    if (bringsContent({ index: 0, delta, finish_reason: null })) return undefined
    if (finish === 'content_filter') return itinerary.hasFallbackOn('content-filter') ? 'content-filter' : undefined
    return finish && itinerary.hasFallbackOn('empty') ? 'empty' : undefined
  }
  return undefined
}

/** Counts what was answered, which is paid for, and says so. */
export function turnDown(run: AttemptRun, chat: ChatCompletion, fault: Fault | 'rejected'): ProviderError {
  run.answeredInVain({ chat })
  run.encodeContext.warn(`an answer of ${run.target.id} was not taken (${fault}), and is paid for too`)
  return unfit(fault)
}

const TESTS: readonly (readonly [Fault, (choice: Choice) => boolean])[] = [
  ['content-filter', ({ finish_reason: finish }) => finish === 'content_filter'],
  ['refusal', ({ message, native_finish_reason: native }) => Boolean(message.refusal) || native === 'refusal'],
  ['empty', isEmpty],
]

/** Of several choices one may still be good. */
function faultOf(choices: readonly Choice[], matters: (fault: Fault) => boolean): Fault | undefined {
  return TESTS.find(([fault, test]) => matters(fault) && choices.every(test))?.[0]
}

/** Thinking is no answer. */
const THOUGHT: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking'])

function isEmpty({ message }: Choice): boolean {
  const { content, refusal, tool_calls: calls, function_call: call, audio, blocks } = message
  const said = typeof content === 'string' ? content.trim() : content
  const more = blocks?.some(({ type }) => !THOUGHT.has(type))
  return !said && !refusal && !calls?.length && !call && !audio && !more
}

async function fitsAsked(choices: readonly Choice[], asked: Asked): Promise<boolean> {
  const fitting = await Promise.all(choices.map((choice) => fitsChoice(choice, asked)))
  return fitting.length === 0 || fitting.includes(true)
}

/** A model's own report that it failed to write a call, which Gemini gives with an empty answer. */
const MALFORMED = /malformed/i

async function fitsChoice({ message, native_finish_reason: native }: Choice, asked: Asked): Promise<boolean> {
  if (message.refusal) return true
  if (native !== undefined && native !== null && MALFORMED.test(native)) return false
  if (message.tool_calls?.length) return message.tool_calls.every((call) => fitsTools(call, asked.request))
  return fitsFormat(message.content, asked)
}

function fitsTools(call: NonNullable<Choice['message']['tool_calls']>[number], { tools }: ChatRequest): boolean {
  if (!('function' in call)) return true
  const { name, arguments: given } = call.function
  const value = given.trim() === '' ? {} : parseJson(given)
  if (!isObject(value)) return false
  const functions = (tools ?? []).flatMap((tool) => ('function' in tool ? [tool.function] : []))
  const known = functions.find((tool) => tool.name === name)
  // Tools that run at the provider are not named so.
  return known === undefined ? functions.length === 0 : mayFit(known.parameters, value)
}

async function fitsFormat(content: Choice['message']['content'], { request, read }: Asked): Promise<boolean> {
  const format = request.response_format
  if (format === undefined || format.type === 'text') return true
  try {
    if (read) {
      await read(content ?? '')
      return true
    }
    const value = parseContent(content ?? '')
    return format.type === 'json_schema' ? mayFit(format.json_schema.schema, value) : isObject(value)
  } catch {
    // Whatever the reader says of it, that is what was asked: whether it fits.
    return false
  }
}

async function isTurnedDown(run: AttemptRun, chat: ChatCompletion, { tests }: Fallback): Promise<boolean> {
  try {
    for (const test of tests) {
      if ((await run.limits.race(Promise.resolve(test(chat)))) === true) return true
    }
    return false
  } catch (error) {
    if (run.limits.aborted) throw error
    const name = error instanceof Error ? error.name : 'an error'
    run.encodeContext.warn(`the test of a fallback threw ${name}, so the answer of ${run.target.id} was taken as it is`)
    return false
  }
}
