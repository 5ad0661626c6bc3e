/** The way of every call: it is read, planned, begun, tried until it is answered, checked, counted and returned. */
import type { ClientContext } from '../context.js'
import { ModelStream } from '../streams/model-stream.js'
import { StoredSource } from '../streams/stored-source.js'
import { openCommitted } from '../streams/stream-attempt.js'
import type { CallOptions } from '../types/options.js'
import type { Answer } from './answer.js'
import { AskAgain } from './ask-again.js'
import type { AttemptRun } from './attempt-run.js'
import { describeAnswer } from './count-answer.js'
import { execute } from './execute.js'
import { LogicalCall } from './logical-call.js'
import type { Operation } from './operation.js'
import { planCall } from './plan-call.js'
import type { EarlyAnswer } from './stage.js'
import { refuse } from './stages.js'

/**
 * Makes one logical call. Nothing else makes one.
 *
 * @returns the body of the answer with `_meta`, or the operation's stream.
 * @throws TracestitchError, or the caller's own abort reason.
 */
export async function perform<Request, Item>(
  client: ClientContext,
  operation: Operation<Request, Item>,
  body: object,
  options?: CallOptions,
): Promise<object> {
  const asked = operation.read(client, body, options)
  const call = new LogicalCall(planCall(client, asked.input))
  try {
    let { request } = asked
    if (call.options.cache && !client.caches) call.warn(NO_CACHE)
    if (client.stages.before) {
      const early = await call.limits.race(client.stages.before(call))
      if (client.stages.rewrites) call.telemetry.asks({ request: call.request })
      if (early) return answerEarly(call, operation, request, early, asked.stream)
      const { replacement } = call
      if (replacement) request = operation.replace?.(request, replacement) ?? request
    }
    if (operation.prepare) request = await operation.prepare(call, request)
    if (asked.stream) return await execute(call, (run) => openStream(call, run, operation, request))
    const { run, answer, given } = await execute(call, (run) => tryWhole(run, operation, request))
    return { ...given, _meta: call.succeed(run, answer) }
  } catch (error) {
    throw call.fail(error)
  }
}

const NO_CACHE = '`cache` has no effect: the client has no cache; set the option `cache` of createClient'

interface WholeResult {
  readonly run: AttemptRun
  readonly answer: Answer
  readonly given: object
}

/** One attempt at a whole answer, until the caller's result is made. A failure may fall back until then. */
async function tryWhole<Request, Item>(
  run: AttemptRun,
  operation: Operation<Request, Item>,
  request: Request,
): Promise<WholeResult> {
  let asked = request
  for (;;) {
    const came = await operation.attempt(run, asked)
    let answer: Answer
    try {
      const looked = run.call.client.stages.after(run, came)
      answer = looked instanceof Promise ? await looked : looked
    } catch (error) {
      refuse(run, came, error instanceof AskAgain ? error.cause : error)
      asked = requestOf(operation, asked, error)
      continue
    }
    const given = operation.body(answer, asked)
    run.finish()
    return { run, answer, given }
  }
}

/** The next request to the same target, after an answer was refused. @throws the error, if there is none. */
function requestOf<Request, Item>({ replace }: Operation<Request, Item>, asked: Request, error: unknown): Request {
  if (!(error instanceof AskAgain)) throw error
  if (!replace) throw error.cause
  return replace(asked, { request: error.request, body: undefined })
}

/** One attempt at a stream, until its first content is there. */
async function openStream<Request, Item>(
  call: LogicalCall,
  run: AttemptRun,
  operation: Operation<Request, Item>,
  request: Request,
): Promise<object> {
  const stage = call.stream ? call.client.stages.chunks(run) : undefined
  run.limits.start('firstChunk', run.timeout.firstChunk)
  const opened = await (operation.open as NonNullable<typeof operation.open>)(run, request, stage)
  const source = await openCommitted(call, run, opened)
  if (!operation.deliver) return new ModelStream(source)
  return operation.deliver(source, describeAnswer(call, run, NOTHING_KNOWN), opened.wire)
}

/** The meaning of a stream before its end. */
const NOTHING_KNOWN = { model: '' }

function answerEarly<Request, Item>(
  call: LogicalCall,
  operation: Operation<Request, Item>,
  request: Request,
  early: EarlyAnswer,
  stream: boolean,
): object {
  if (!stream) {
    const given = operation.body(early.answer, request)
    return { ...given, _meta: call.answeredEarly(early) }
  }
  const pieces = operation.pieces?.(early.answer, request) ?? []
  call.telemetry.chunk()
  const meta = call.answeredEarly(early)
  const source = new StoredSource(pieces, meta)
  return operation.deliver ? operation.deliver(source, meta, undefined) : new ModelStream(source)
}
