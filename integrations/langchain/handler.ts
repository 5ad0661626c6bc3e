/** The callback handler: LangChain tells it of every run, and it turns runs into spans. */
import { context, type Context } from '@opentelemetry/api'
import {
  asString,
  fillScope,
  groupOf,
  guard,
  isObject,
  runInOpenScope,
  semconv,
  startCall,
  startStep,
  type RetrievedDocument,
  type Step,
} from '../../src/autolog/contract.js'
import { entranceOf, graphOf } from './entrance.js'
import { providerName } from './providers.js'
import { modelOf, toHubRequest, type ModelStart } from './request.js'
import { toHubResponse } from './response.js'
import { runs, type Outcome, type Watch } from './runs.js'
import { classPath, shapeOf } from './shape.js'

type Metadata = Readonly<Record<string, unknown>>

/** Where LangChain and LangGraph programs put the id of a conversation. */
const CONVERSATION = ['thread_id', 'session_id', 'conversation_id'] as const

/** An answer from LangChain's cache is a call without a request. */
const CACHED = 'tracestitch.langchain.cached'

/**
 * Shaped like LangChain's `BaseCallbackHandler`, which each copy of the package has its own class of. It holds nothing that
 * cannot be cloned: a program may clone a configuration that it is in.
 */
class TracingHandler {
  readonly name = 'tracestitch'
  /** Callbacks are told in order and in the caller's context, also where LangChain's default is a queue. */
  readonly awaitHandlers = true
  readonly raiseError = false
  readonly ignoreLLM = false
  readonly ignoreChain = false
  readonly ignoreAgent = false
  readonly ignoreRetriever = false
  readonly ignoreCustomEvent = true
  /** How many copies of LangChain are patched. Without one, runs that are still told of are not followed. */
  installed = 0
  /** Show the runs that only hold others together. */
  internals = false

  copy(): this {
    return this
  }

  /** A configuration with callbacks in it may be logged or stored. */
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
          parent: runs.get(parentId),
          graph: graphOf(context.active()),
        },
        this.internals,
      )
      if (!shape) return this.open(id, parentId, metadata, runs.parentContext(parentId), () => undefined)
      const step = startStep(shape.kind, shape.name, {
        parent: runs.parentContext(parentId),
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
        parent: runs.parentContext(parentId),
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
        parent: runs.parentContext(parentId),
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
    this.startModel('chat', id, parentId, { serialized, input: batches[0] ?? [], extra, metadata })
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
    this.startModel('text_completion', id, parentId, { serialized, input: prompts[0] ?? '', extra, metadata })
  }

  handleLLMNewToken(_token: string, _index: unknown, id: string): void {
    runs.chunk(id)
  }

  handleChatModelStreamEvent(_event: unknown, id: string): void {
    runs.chunk(id)
  }

  handleLLMEnd(result: unknown, id: string, _parentId?: string, _tags?: string[], extra?: unknown): void {
    runs.end(id, { result, cached: isObject(extra) && extra['cached'] === true })
  }

  handleLLMError(error: unknown, id: string): void {
    runs.end(id, { error: error ?? new Error('unknown') })
  }

  // One for each kind of run, as LangChain wants it.
  handleChainError(error: unknown, id: string): void {
    this.handleLLMError(error, id)
  }

  handleToolError(error: unknown, id: string): void {
    this.handleLLMError(error, id)
  }

  handleRetrieverError(error: unknown, id: string): void {
    this.handleLLMError(error, id)
  }

  handleChainEnd(result: unknown, id: string): void {
    runs.end(id, { result })
  }

  handleToolEnd(result: unknown, id: string): void {
    runs.end(id, { result })
  }

  handleRetrieverEnd(result: unknown, id: string): void {
    runs.end(id, { result })
  }

  private start(step: () => void): void {
    if (this.installed > 0) guard('langchain', step)
  }

  private open(
    id: string,
    parentId: string | undefined,
    metadata: Metadata,
    current: Context,
    finish: (outcome: Outcome) => void,
    chunk?: () => void,
  ): void {
    const agent = asString(metadata['lc_agent_name'])
    const integration = asString(metadata['ls_integration'])
    const conversation = this.conversationOf(parentId, metadata)
    const facts = { agent, integration, conversation }
    runs.start({ id, facts, finish, ...(chunk && { chunk }) }, parentId, current)
  }

  private conversationOf(parentId: string | undefined, metadata: Metadata): string | undefined {
    for (const key of CONVERSATION) {
      const value = asString(metadata[key])
      if (value !== undefined) return value
    }
    return runs.get(parentId)?.facts.conversation ?? groupOf<Watch>(context.active())?.conversation
  }

  private conversation(parentId: string | undefined, metadata: Metadata): Record<string, string> {
    const id = this.conversationOf(parentId, metadata)
    return id === undefined ? {} : { [semconv.CONVERSATION_ID]: id }
  }

  private startModel(
    operation: 'chat' | 'text_completion',
    id: string,
    parentId: string | undefined,
    said: Omit<ModelStart, 'streaming'>,
  ): void {
    this.start(() => {
      const entrance = entranceOf(context.active())
      const first = operation === 'text_completion' ? runs.get(entrance?.run) : undefined
      // A completion model takes several prompts in one call, so the first of these runs stands for all.
      if (first) return this.open(id, parentId, said.metadata, first.context, () => undefined)
      const start = { ...said, streaming: entrance?.streaming === true }
      const model = modelOf(start)
      // The open scope is for the SDK below. Another prompt of the same batch is no part of this call.
      const parent = context.with(runs.parentContext(parentId), () => runInOpenScope(() => context.active()))
      const call = startCall({
        operation,
        provider: providerName(asString(said.metadata['ls_provider'])),
        model,
        request: (content) => ({ chat: toHubRequest(start, model, content) }),
        baseURL: undefined,
        attributes: this.conversation(parentId, said.metadata),
        parent,
      })
      fillScope(call, call.span)
      if (entrance) entrance.run ??= id
      const finish = ({ result, error, cached }: Outcome): void => {
        if (call.recording && result !== undefined) {
          const chat = guard('langchain', () => toHubResponse(result, call.content))
          if (chat) call.response({ chat })
        }
        if (cached) call.set({ [CACHED]: true })
        call.end(error === undefined ? {} : { error })
      }
      this.open(id, parentId, said.metadata, call.context, finish, () => call.chunk())
    })
  }
}

/** One for all copies of LangChain: a run of one copy may be the parent of another's. */
export const handler = new TracingHandler()

/** LangGraph interrupts and hands over by throwing, which is no failure. */
function endStep(step: Step, error: unknown): void {
  const bubble = isObject(error) && error['is_bubble_up'] === true
  step.end(error === undefined || bubble ? {} : { error })
}

function resultOf(result: unknown): unknown {
  return isObject(result) && 'content' in result ? result['content'] : result
}

function documentOf({ id, pageContent }: Readonly<Record<string, unknown>>): RetrievedDocument {
  return { id, content: pageContent }
}
