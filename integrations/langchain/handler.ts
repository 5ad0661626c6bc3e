/** The callback handler: LangChain reports every run to it, and it makes spans of runs. */
import { context } from '@opentelemetry/api'
import {
  asString,
  isObject,
  semconv,
  startStep,
  type RetrievedDocument,
  type Step,
} from '../../src/autolog/contract.js'
import { entranceOf, graphOf } from './entrance.js'
import { startModelRun } from './model-run.js'
import { RunOpener, type Metadata } from './run-opener.js'
import { classPath, shapeOf } from './shape.js'

/**
 * Has the members of LangChain's `BaseCallbackHandler`, of which each copy of the package has its own class. All its properties can
 * be cloned, because a program may clone a configuration that contains it.
 */
class TracingHandler extends RunOpener {
  readonly name = 'tracestitch'
  /** Callbacks run in order and in the caller's context, even if LangChain's default is a queue. */
  readonly awaitHandlers = true
  readonly raiseError = false
  readonly ignoreLLM = false
  readonly ignoreChain = false
  readonly ignoreAgent = false
  readonly ignoreRetriever = false
  readonly ignoreCustomEvent = true

  copy(): this {
    return this
  }

  /** A program may log or store a configuration with callbacks. */
  toJSON(): unknown {
    return { name: this.name }
  }

  handleChainStart(
    serialized: unknown,
    _input: unknown,
    id: string,
    parentId?: string,
    tags?: string[],
    metadata: Metadata = {},
    runType?: string,
    name?: string,
  ): void {
    this.start(() => {
      const shape = shapeOf(
        {
          serialized,
          name,
          tags: tags ?? [],
          metadata,
          runType,
          parent: this.runs.get(parentId),
          graph: graphOf(context.active()),
        },
        this.internals,
      )
      if (!shape) return this.open(id, parentId, metadata, this.runs.parentContext(parentId), () => undefined)
      const step = startStep(shape.kind, shape.name, {
        parent: this.runs.parentContext(parentId),
        attributes: this.conversation(parentId, metadata),
      })
      this.open(id, parentId, metadata, step.context, ({ error }) => endStep(step, error))
    })
  }

  handleToolStart(
    serialized: unknown,
    input: string,
    id: string,
    parentId?: string,
    _tags?: string[],
    metadata: Metadata = {},
    runName?: string,
    callId?: string,
  ): void {
    this.start(() => {
      const entrance = entranceOf(context.active())
      const tool = isObject(entrance?.self) ? entrance.self : {}
      const name =
        asString(tool['name']) ??
        runName ??
        (isObject(serialized) ? asString(serialized['name']) : undefined) ??
        classPath(serialized).at(-1) ??
        'tool'
      const toolCallId = callId ?? entrance?.toolCallId
      const description = asString(tool['description'])
      const step = startStep('tool', name, {
        parent: this.runs.parentContext(parentId),
        attributes: {
          ...this.conversation(parentId, metadata),
          [semconv.TOOL_TYPE]: 'function',
          ...(toolCallId !== undefined && { [semconv.TOOL_CALL_ID]: toolCallId }),
          ...(description !== undefined && { [semconv.TOOL_DESCRIPTION]: description }),
        },
      })
      step.recordArguments(input)
      this.open(id, parentId, metadata, step.context, ({ result, error }) => {
        if (result !== undefined) step.recordResult(resultOf(result))
        endStep(step, error)
      })
    })
  }

  handleRetrieverStart(
    serialized: unknown,
    query: string,
    id: string,
    parentId?: string,
    _tags?: string[],
    metadata: Metadata = {},
    runName?: string,
  ): void {
    this.start(() => {
      const name = runName ?? classPath(serialized).at(-1) ?? 'retriever'
      const step = startStep('retriever', name, {
        parent: this.runs.parentContext(parentId),
        attributes: this.conversation(parentId, metadata),
      })
      step.recordQuery(query)
      this.open(id, parentId, metadata, step.context, ({ result, error }) => {
        if (Array.isArray(result)) step.recordDocuments(result.filter(isObject).map(documentOf))
        endStep(step, error)
      })
    })
  }

  handleChatModelStart(
    serialized: unknown,
    batches: unknown[][],
    id: string,
    parentId?: string,
    extra?: unknown,
    _tags?: string[],
    metadata: Metadata = {},
  ): void {
    startModelRun(this, 'chat', { id, parentId }, { serialized, input: batches[0] ?? [], extra, metadata })
  }

  handleLLMStart(
    serialized: unknown,
    prompts: string[],
    id: string,
    parentId?: string,
    extra?: unknown,
    _tags?: string[],
    metadata: Metadata = {},
  ): void {
    startModelRun(this, 'text_completion', { id, parentId }, { serialized, input: prompts[0] ?? '', extra, metadata })
  }

  handleLLMNewToken(_token: string, _index: unknown, id: string): void {
    this.runs.chunk(id)
  }

  handleChatModelStreamEvent(_event: unknown, id: string): void {
    this.runs.chunk(id)
  }

  handleLLMEnd(result: unknown, id: string, _parentId?: string, _tags?: string[], extra?: unknown): void {
    this.runs.end(id, { result, cached: isObject(extra) && extra['cached'] === true })
  }

  handleLLMError(error: unknown, id: string): void {
    this.runs.end(id, { error: error ?? new Error('unknown') })
  }

  handleChainEnd(result: unknown, id: string): void {
    this.runs.end(id, { result })
  }

  handleToolEnd(result: unknown, id: string): void {
    this.runs.end(id, { result })
  }

  handleRetrieverEnd(result: unknown, id: string): void {
    this.runs.end(id, { result })
  }

  // One for each kind of run, as LangChain requires.
  handleChainError(error: unknown, id: string): void {
    this.handleLLMError(error, id)
  }

  handleToolError(error: unknown, id: string): void {
    this.handleLLMError(error, id)
  }

  handleRetrieverError(error: unknown, id: string): void {
    this.handleLLMError(error, id)
  }
}

/** Shared by all copies of LangChain: a run of one copy may be the parent of another's. */
export const handler = new TracingHandler()

/** LangGraph throws to interrupt and to hand off, which is no failure. */
function endStep(step: Step, error: unknown): void {
  const bubble = isObject(error) && error['is_bubble_up'] === true
  step.end(error === undefined || bubble ? {} : { error })
}

function resultOf(result: unknown): unknown {
  return isObject(result) && 'content' in result ? result['content'] : result
}

function documentOf({ id, pageContent, metadata }: Readonly<Record<string, unknown>>): RetrievedDocument {
  return { id, content: pageContent, metadata }
}
