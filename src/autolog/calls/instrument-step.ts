/** Traces a declared method or function as a step. The program notices nothing. */
import { context, type Context } from '@opentelemetry/api'
import { types } from 'node:util'
import { boundedAttributes } from '../../telemetry/content/bounded.js'
import { contextFor, parentFrom, traceContextIn } from '../../telemetry/propagation/message-trace-context.js'
import { guard, isThenable } from '../../kernel/guard.js'
import { startStep, stepOf, type RetrievedDocument, type Step } from '../../telemetry/spans/step.js'
import type { Replace } from '../contract.js'
import { isAsyncGenerator, iterateIn } from '../../telemetry/spans/iterate.js'
import { watchAside, watchSettling } from './settle.js'
import type { DeclaredStep, StepDeclaration, StepOutcome } from '../step-contract.js'
import { tapIterator } from '../streams/stream-tap.js'

export function instrumentStep(declared: DeclaredStep): Replace {
  return (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      if (!active()) return Reflect.apply(original, this, args)
      const declaration = typeof declared === 'function' ? guard('step', () => declared(args, this)) : declared
      const step = declaration && guard('step', () => beginStep(declaration, this, args))
      if (!declaration || !step) return Reflect.apply(original, this, args)
      const sent = guard('inject', () => withContext(declaration, step, this, args)) ?? args
      let result: unknown
      try {
        result = context.with(step.context, () => Reflect.apply(original, this, sent))
      } catch (error) {
        finishStep(declaration, step, { error })
        throw error
      }
      const seen = guard('observe', () => ({ result: observe(result, declaration, step) }))
      if (seen) return seen.result
      step.end()
      return result
    }
}

/** If one reader fails, only its own fact is missing: the program's objects may throw when they are read. */
export function beginStep(declaration: StepDeclaration, self: unknown, args: readonly unknown[]): Step {
  const { kind, name, span } = declaration
  const read = typeof name === 'function' ? guard('name', () => name(args, self)) : name
  const attributes = boundedAttributes(guard('attributes', () => declaration.attributes?.(args, self)) ?? {})
  const ambient = context.active()
  const open =
    declaration.joins &&
    joinable(
      ambient,
      guard('joins', () => declaration.joins?.(args)),
    )
  if (open) {
    open.set(attributes)
    return joined(open, ambient)
  }
  const { parent, links } = parentFrom(
    guard('extract', () => traceContextIn(declaration.extract?.(args))),
    ambient,
  )
  const step = startStep(kind, read ?? '_OTHER', {
    attributes,
    parent,
    links,
    ...(span && { span }),
    ...(declaration.requests && { requests: true }),
  })
  if (!step.content) return step
  if (declaration.input) guard('input', () => step.recordArguments(declaration.input?.(args, self)))
  if (declaration.query) guard('query', () => recordQuery(step, declaration.query?.(args, self)))
  if (declaration.records) guard('records', () => recordDocuments(step, declaration.records?.(args, self)))
  if (declaration.parameters)
    guard('parameters', () => {
      for (const [key, value] of Object.entries(declaration.parameters?.(args, self) ?? {}))
        if (value != null) step.recordParameter(key, value)
    })
  return step
}

function recordQuery(step: Step, query: unknown): void {
  if (query != null && query !== '') step.recordQuery(query)
}

function recordDocuments(step: Step, documents: readonly RetrievedDocument[] | undefined): void {
  if (documents) step.recordDocuments(documents)
}

/** The open step of a layer above, if it is the same tool. */
function joinable(ambient: Context, name: string | undefined): Step | undefined {
  const open = stepOf(ambient)
  return open && !open.ended && open.kind === 'tool' && open.name === name ? open : undefined
}

/** A step that only adds its attributes to `open`: the layer above records input, output and outcome. */
function joined(open: Step, ambient: Context): Step {
  return {
    kind: open.kind,
    name: open.name,
    context: ambient,
    span: open.span,
    recording: open.recording,
    content: false,
    ended: false,
    set: (attributes) => open.set(attributes),
    recordArguments: () => undefined,
    recordResult: () => undefined,
    recordQuery: () => undefined,
    recordDocuments: () => undefined,
    recordParameter: () => undefined,
    end: () => undefined,
  }
}

function withContext(
  { inject, peer }: StepDeclaration,
  step: Step,
  self: unknown,
  args: readonly unknown[],
): readonly unknown[] {
  const carried =
    inject &&
    contextFor(
      step.span,
      guard('peer', () => peer?.(args, self)),
    )
  return inject && carried ? inject(args, carried) : args
}

export function finishStep(declaration: StepDeclaration, step: Step, outcome: StepOutcome): void {
  guard('outcome', () => {
    const attributes = declaration.outcomeAttributes?.(outcome)
    if (attributes) step.set(boundedAttributes(attributes))
  })
  if (declaration.output && step.content && outcome.result !== undefined)
    guard('output', () => step.recordResult(declaration.output?.(outcome.result)))
  if (declaration.documents && step.content && outcome.result != null)
    guard('documents', () => recordDocuments(step, declaration.documents?.(outcome.result)))
  step.end({ error: outcome.error, errorType: guard('error', () => declaration.errorType?.(outcome)) })
}

/** A function of its own, so that nothing here keeps the watched result alive. */
function watchOf(declaration: StepDeclaration, step: Step) {
  return {
    value(result: unknown): void {
      if (!isAsyncGenerator(result) || !tapIterator(result, streamWatch(step), () => false))
        finishStep(declaration, step, { result })
    },
    error: (error: unknown): void => finishStep(declaration, step, { error }),
    abandoned: (): void => step.end(),
  }
}

function streamWatch(step: Step) {
  return {
    event: (): void => undefined,
    close: ({ error }: { readonly error?: unknown }): void => step.end({ error }),
  }
}

function observe(result: unknown, declaration: StepDeclaration, step: Step): unknown {
  if (isAsyncGenerator(result)) {
    return iterateIn(result, step.context, {
      left: () => step.end(),
      ended: ({ error }) => step.end({ error }),
    })
  }
  if (declaration.awaited && types.isPromise(result)) {
    watchAside(result, watchOf(declaration, step))
    return result
  }
  if (isThenable(result)) return watchSettling(result, watchOf(declaration, step))
  finishStep(declaration, step, { result })
  return result
}
