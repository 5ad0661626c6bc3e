/**
 * Refuses answers that a fallback is configured for: withheld by a filter, declined, empty, of the wrong form, or rejected
 * by the fallback's own test. Without such a fallback, nothing is checked here.
 */
import { ProviderError } from '../../kernel/provider-error.js'
import type { ChatChunk, ChatCompletion, ChatRequest } from '../../kernel/hub.js'
import { isObject, parseJson } from '../../kernel/json.js'
import type { Fallback } from '../../router/route.js'
import type { AttemptView, CallView, ChunkStage, Stage } from '../call/stage.js'
import { bringsContent, hasContent } from '../streams/chunks.js'
import { mayFit } from './json-shape.js'
import { parseContent } from './standard-schema.js'

type Choice = ChatCompletion['choices'][number]

/** How an answer can fail. */
type Fault = 'content-filter' | 'refusal' | 'empty' | 'invalid-output'

const SAID = {
  'content-filter': ['content_filter', 'a content filter withheld the answer'],
  refusal: ['refusal', 'the model declined to answer'],
  empty: ['empty_answer', 'the answer is empty'],
  'invalid-output': ['invalid_output', 'the answer does not fit the schema or the tools of the call'],
  rejected: ['rejected', 'the test of a fallback rejected the answer'],
} as const

function unfitError(failureClass: Fault | 'rejected'): ProviderError {
  const [code, message] = SAID[failureClass]
  return new ProviderError(message, { code, failureClass })
}

/** The fallback whose own test rejected an answer, by the error for it. */
const turnedDown = new WeakMap<object, Fallback>()

/** The fallback to try next, if its own test rejected the answer. */
export function turnedDownFor(error: unknown): Fallback | undefined {
  return isObject(error) ? turnedDown.get(error) : undefined
}

/** Refuses an answer if a fallback for its fault has a target to try now. The answer still counts what it cost. */
export const refuseUnfit: Stage = {
  id: 'refuse-unfit',
  after(run, answer) {
    if (!run.itinerary.looksAtAnswers || !('chat' in answer)) return answer
    const fault = faultOf(answer.chat.choices, (kind) => matters(run, kind))
    if (fault) throw unfitError(fault)
    // Checks that streams skip are reported when a stream begins, even if it then comes whole.
    return run.call.stream ? answer : testWhole(run, answer.chat).then(() => answer)
  },
  chunks(run) {
    const { itinerary, call } = run
    if (!itinerary.looksAtAnswers) return undefined
    tellUnchecked(run)
    // Another of several choices may still have content.
    return choicesOf(call) === 1 ? new FirstContent(run) : undefined
  },
}

function choicesOf({ request }: CallView): number {
  return (request && 'chat' in request ? request.chat.n : undefined) ?? 1
}

/** The checks that may be asynchronous. @throws ProviderError. */
async function testWhole(run: AttemptView, chat: ChatCompletion): Promise<void> {
  const { itinerary } = run
  const looks = itinerary.hasFallbackOn('invalid-output') || itinerary.notTried('invalid-output').length > 0
  if (looks && !(await fitsAsked(chat.choices, run)) && matters(run, 'invalid-output'))
    throw unfitError('invalid-output')
  for (const fallback of itinerary.fallbacksWithTests) {
    if (!(await isTurnedDown(run, chat, fallback))) continue
    const error = unfitError('rejected')
    turnedDown.set(error, fallback)
    throw error
  }
}

/** Whether a fallback is for this fault and has a target to try now. If it has none, a warning on the answer says why. */
function matters({ itinerary, call }: AttemptView, fault: Fault): boolean {
  if (itinerary.hasFallbackOn(fault)) return true
  const [kept] = itinerary.notTried(fault)
  if (kept) call.warn(`${SAID[fault][1]}; ${kept.target}, the fallback for it, was not tried: ${kept.why}`)
  return false
}

/** Warns of fallbacks that are not checked for a stream: they need the whole answer, and pieces cannot be taken back. */
function tellUnchecked({ itinerary, call }: AttemptView): void {
  const kinds = [
    itinerary.hasFallbackOn('invalid-output') && '`invalid-output`',
    itinerary.fallbacksWithTests.length > 0 && 'a function',
  ].filter((kind) => kind !== false)
  if (kinds.length > 0)
    call.warn(`fallbacks on ${kinds.join(' and ')} are not tried for a stream: they need the whole answer`)
}

/**
 * Holds a stream of one choice until its first content, or its end: by then it is known whether it is a refusal or empty.
 */
class FirstContent implements ChunkStage {
  private readonly run: AttemptView
  private isFit = false
  private fault: Fault | undefined

  constructor(run: AttemptView) {
    this.run = run
  }

  push(chunks: readonly ChatChunk[]): readonly ChatChunk[] {
    if (this.isFit) return chunks
    for (const chunk of chunks) {
      if (!hasContent(chunk)) continue
      this.fault ??= faultOfFirst(this.run, chunk)
      // A long refusal need not be read to its end. After an empty answer only the usage is left.
      if (this.fault === 'refusal') throw unfitError('refusal')
      if (this.fault) continue
      this.isFit = true
      return chunks
    }
    return this.fault ? [] : chunks
  }

  end(): readonly ChatChunk[] {
    if (this.fault) throw unfitError(this.fault)
    return []
  }
}

/** @returns `undefined` if the caller may get the content. */
function faultOfFirst(run: AttemptView, chunk: ChatChunk): Fault | undefined {
  for (const { delta, finish_reason: finish, native_finish_reason: native } of chunk.choices) {
    const { refusal, ...others } = delta
    const declines =
      Boolean(refusal) && !bringsContent({ index: 0, delta: { ...others, blocks: [] }, finish_reason: null })
    if ((declines || native === 'refusal') && matters(run, 'refusal')) return 'refusal'
    if (bringsContent({ index: 0, delta, finish_reason: null })) return undefined
    if (finish === 'content_filter') return matters(run, 'content-filter') ? 'content-filter' : undefined
    return finish && matters(run, 'empty') ? 'empty' : undefined
  }
  return undefined
}

const TESTS: readonly (readonly [Fault, (choice: Choice) => boolean])[] = [
  ['content-filter', ({ finish_reason: finish }) => finish === 'content_filter'],
  ['refusal', ({ message, native_finish_reason: native }) => Boolean(message.refusal) || native === 'refusal'],
  ['empty', isEmpty],
]

/** Of several choices one may still be good. */
function faultOf(choices: readonly Choice[], matters: (fault: Fault) => boolean): Fault | undefined {
  return TESTS.find(([fault, test]) => choices.every(test) && matters(fault))?.[0]
}

/** Thinking alone is not an answer. */
const THOUGHT: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking'])

function isEmpty({ message }: Choice): boolean {
  const { content, refusal, tool_calls: calls, function_call: call, audio, blocks } = message
  const said = typeof content === 'string' ? content.trim() : content
  const more = blocks?.some(({ type }) => !THOUGHT.has(type))
  return !said && !refusal && !calls?.length && !call && !audio && !more
}

/** What an answer is checked against. */
interface Asked {
  readonly request: ChatRequest
  /** The parser of the caller's schema object. */
  readonly read: CallView['readContent']
}

async function fitsAsked(choices: readonly Choice[], { call, params }: AttemptView): Promise<boolean> {
  const { request, readContent: read } = call
  if (!request || !('chat' in request)) return true
  const asked: Asked = { request: { ...request.chat, ...params }, read }
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
  // Tools that run at the provider are not among the functions.
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
    // Any failure of the parser means that the content does not fit.
    return false
  }
}

async function isTurnedDown(run: AttemptView, chat: ChatCompletion, { tests }: Fallback): Promise<boolean> {
  try {
    for (const test of tests) {
      if ((await run.limits.race(Promise.resolve(test(chat)))) === true) return true
    }
    return false
  } catch (error) {
    if (run.limits.aborted) throw error
    const name = error instanceof Error ? error.name : 'an error'
    run.call.warn(`the test of a fallback threw ${name}, so the answer of ${run.target.id} was taken as it is`)
    return false
  }
}
