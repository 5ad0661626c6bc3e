/**
 * `@openai/agents`: its traces and spans become ours. Their classes are patched, because a trace processor gets them too late, and
 * the program may remove it. The export to OpenAI stays as the program has set it.
 */
import { context, type Context } from '@opentelemetry/api'
import {
  asString,
  endOnFailure,
  isObject,
  path,
  runInOpenSlot,
  slotOf,
  semconv,
  SpanBridge,
  startCall,
  startStep,
  runBefore,
  type Integration,
  type ModuleExports,
  type Patcher,
  type StepOutcome,
  type StepKind,
} from '../src/autolog/contract.js'

const ID = 'openai-agents'

/** Shared by all copies of the package, which share the storage of their current span. */
const bridge = new SpanBridge(ID)

/** By `type`. Other types only group spans, such as a turn, and get none of ours. */
const KINDS: Readonly<Partial<Record<string, StepKind>>> = {
  agent: 'agent',
  function: 'tool',
  handoff: 'chain',
  guardrail: 'chain',
  custom: 'chain',
}

/** The class of the error in a span, which has it before the message. A message alone may begin with any word. */
function errorTypeOf(span: unknown): string | undefined {
  if (!isObject(path(span, 'error'))) return undefined
  return (
    /^\w*(?:Error|Exception)(?=:)/.exec(asString(path(span, 'error', 'data', 'error')) ?? '')?.[0] ??
    semconv.ERROR_TYPE_OTHER
  )
}

type Finish = (outcome: StepOutcome) => void

function open(id: unknown, parentId: string | undefined, current: Context, finish: Finish): void {
  if (typeof id === 'string') bridge.start({ id, facts: undefined, finish }, parentId, current)
}

function openTrace(trace: unknown): void {
  const group = asString(path(trace, 'groupId'))
  const attributes = group === undefined ? {} : { [semconv.CONVERSATION_ID]: group }
  const step = startStep('workflow', asString(path(trace, 'name')) ?? 'agents', { attributes })
  open(path(trace, 'traceId'), undefined, step.context, ({ error }) => step.end({ error }))
}

function openSpan(span: unknown): void {
  const data = path(span, 'spanData')
  const type = asString(path(data, 'type')) ?? ''
  const parentId = asString(path(span, 'parentId')) ?? asString(path(span, 'traceId'))
  const parent = bridge.parentContext(parentId)
  if (type === 'generation' || type === 'response') return openGeneration(span, parentId, parent)
  const kind = KINDS[type]
  if (!kind) return open(path(span, 'spanId'), parentId, parent, () => undefined)
  const name = asString(path(data, 'name'))
  const step = startStep(kind, type === 'guardrail' ? `guardrail ${name}` : (name ?? type), { parent })
  open(path(span, 'spanId'), parentId, step.context, () => {
    // All of it is known only at the end.
    const { input, output, from_agent, to_agent, triggered } = isObject(data) ? data : {}
    if (kind === 'tool') step.recordArguments(input)
    if (kind === 'tool' && output !== undefined) step.recordResult(output)
    step.set({
      [semconv.HANDOFF_FROM]: asString(from_agent),
      [semconv.HANDOFF_TO]: asString(to_agent),
      [semconv.GUARDRAIL_TRIGGERED]: triggered === true || (triggered === false ? false : undefined),
    })
    step.end({ errorType: errorTypeOf(span) })
  })
}

/** The SDK below makes the span of a model call. If there is none, the span is made when the call has ended. */
function openGeneration(span: unknown, parentId: string | undefined, parent: Context): void {
  const current = context.with(parent, () => runInOpenSlot(() => context.active()))
  open(path(span, 'spanId'), parentId, current, () => {
    if (slotOf(current)?.used) return
    const answer = path(span, 'spanData', '_response') ?? path(span, 'spanData')
    const startTime = Date.parse(asString(path(span, 'startedAt')) ?? '') || Date.now()
    const about = { operation: 'chat', provider: '_OTHER', model: asString(path(answer, 'model')) } as const
    const call = startCall({ ...about, request: undefined, baseURL: undefined, parent, startTime })
    const { input_tokens: input, output_tokens: output } = (path(answer, 'usage') ?? {}) as Record<string, number>
    call.set({ [semconv.USAGE_INPUT_TOKENS]: input, [semconv.USAGE_OUTPUT_TOKENS]: output })
    const type = errorTypeOf(span)
    call.end(type === undefined ? {} : { error: { type } })
  })
}

const startSpan = runBefore(ID, (span) => path(span, 'startedAt') ?? openSpan(span))
const endSpan = runBefore(ID, (span) => bridge.end(String(path(span, 'spanId')), {}), true)
const endTrace = runBefore(ID, (trace) => bridge.endWithin(String(path(trace, 'traceId')), {}), true)

function instrument(module: ModuleExports, patcher: Patcher): void {
  const [span, trace] = [path(module, 'Span', 'prototype'), path(module, 'Trace', 'prototype')]
  // The SDK never ends the trace of a run that fails.
  patcher.wrap(path(module, 'Runner', 'prototype'), 'run', endOnFailure(bridge))
  patcher.wrap(span, 'start', startSpan)
  patcher.wrap(span, 'end', endSpan)
  patcher.wrap(trace, 'start', runBefore(ID, openTrace))
  patcher.wrap(trace, 'end', endTrace)
  const read = (name: string, id: string): string | undefined =>
    asString(path((module[name] as (() => unknown) | undefined)?.(), id))
  patcher.locate(bridge, () => read('getCurrentSpan', 'spanId') ?? read('getCurrentTrace', 'traceId'))
}

export const openaiAgents: Integration = {
  id: ID,
  targets: [{ package: '@openai/agents-core', tested: '0.19 - 0.20', instrument }],
}
