/** `chat.completions.stream()` and `runTools()`: the helpers of the `openai` package, for every provider. */
import type { FunctionToolCall, Message } from '../../kernel/hub.js'
import { requireMessages } from '../call/call-arguments.js'
import type { ChatBody, ChatResult, ChatStream, FunctionsOnly } from '../types/chat.js'
import type { CallOptions } from '../types/options.js'
import { ChatCompletionRunner } from './chat-run.js'
import { ChatCompletionStream, type Parse } from './chat-stream.js'
import { runnableTools, type RunnableTool } from './runnable-tools.js'
import { runToolLoop, type ToolLoopOptions } from './tool-loop.js'

export type StreamBody<Alias extends string = never> = Omit<ChatBody<Alias>, 'stream'> & { stream?: true }

/** A chat body whose tools carry their functions. */
export type RunToolsBody<Alias extends string = never> = Omit<ChatBody<Alias>, 'tools' | 'n' | 'stream'> & {
  tools: readonly RunnableTool[]
  /** The third argument of each function. */
  toolContext?: unknown
}

/** Options of `runTools()`: those of a call, and the most completions. */
export type RunToolsOptions = CallOptions & ToolLoopOptions

/** Where every tool is a function, so is every call. Said first, so that it is what a caller gets. */
type OfFunctions<Run> = { finalChatCompletion(): Promise<ChatResult<FunctionToolCall>> } & Run

export interface ChatHelpers<Alias extends string = never> {
  /**
   * Streams a completion and emits events: `.on('content', (delta, snapshot) => …)`. It can be iterated, and `await
   * stream.finalChatCompletion()` gives the whole. With a schema as `response_format`, the content is checked at the end
   * and returned as `message.parsed`. Events and methods are those of the `openai` package.
   *
   * @see https://github.com/openai/openai-node/blob/master/helpers.md
   */
  stream(body: StreamBody<Alias> & FunctionsOnly, options?: CallOptions): OfFunctions<ChatCompletionStream>
  stream(body: StreamBody<Alias>, options?: CallOptions): ChatCompletionStream
  /**
   * Calls the model, runs the functions that it calls, and repeats until it calls none: at most `maxChatCompletions` times
   * (default 10). Each function runs in a span of its own. `await runner.finalContent()` gives the last text.
   *
   * @throws ConfigError when a tool has no function to run.
   * @see https://github.com/openai/openai-node/blob/master/helpers.md#automated-function-calls
   */
  runTools(
    body: RunToolsBody<Alias> & { stream?: false | null | undefined },
    options?: RunToolsOptions,
  ): ChatCompletionRunner
  runTools(body: RunToolsBody<Alias> & { stream: true }, options?: RunToolsOptions): ChatCompletionStream
}

/** What the helpers call: `create`, and what makes `parsed` of a completion's content. */
export interface HelperSource {
  create(body: ChatBody, options: CallOptions): Promise<ChatResult | ChatStream>
  /** `undefined` when the call asks for no format that can be read. */
  parserOf(body: Pick<ChatBody, 'response_format'>): Parse | undefined
  /** For a completion put together of a stream's pieces. */
  wholeOf(body: ChatBody): Parse
}

class PlainRun extends ChatCompletionRunner {
  run(source: HelperSource, body: RunToolsBody, options: RunToolsOptions): this {
    const { loop, call } = prepared(this, body, options)
    this.begin(body.messages)
    const parse = source.parserOf(body)
    this.start(call.signal, () =>
      runToolLoop({
        ...loop,
        add: (message) => this.addMessage(message),
        complete: async (request) => {
          const made = await source.create({ ...request, stream: false }, { ...call, signal: this.controller.signal })
          const completion = parse ? await parse(made as ChatResult) : (made as ChatResult)
          this.emit('connect')
          this.addCompletion(completion)
          return completion
        },
      }),
    )
    return this
  }
}

class StreamRun extends ChatCompletionStream {
  /** One completion. */
  single(source: HelperSource, body: StreamBody, options: CallOptions): this {
    this.begin(body.messages)
    this.start(options.signal ?? body.signal, async () => {
      await this.complete(source, body, options)
    })
    return this
  }

  run(source: HelperSource, body: RunToolsBody, options: RunToolsOptions): this {
    const { loop, call } = prepared(this, body, options)
    this.begin(body.messages)
    this.start(call.signal, () =>
      runToolLoop({
        ...loop,
        add: (message) => this.addMessage(message),
        complete: (request) => this.complete(source, request, call),
      }),
    )
    return this
  }

  private async complete(source: HelperSource, body: ChatBody, options: CallOptions): Promise<ChatResult> {
    const { signal } = this.controller
    const stream = (await source.create({ ...body, stream: true }, { ...options, signal })) as ChatStream
    this.emit('connect')
    return this.readStream(stream, source.wholeOf(body))
  }
}

type Loop = Omit<Parameters<typeof runToolLoop>[0], 'add' | 'complete'>

/** @throws ConfigError when the tools or the messages cannot be used. */
function prepared(
  run: ChatCompletionRunner | ChatCompletionStream,
  given: RunToolsBody,
  { maxChatCompletions, afterCompletion, ...options }: RunToolsOptions,
): { readonly loop: Loop; readonly call: CallOptions } {
  requireMessages(given)
  const { tools, toolContext, messages: _messages, signal, ...body } = given
  const loop: Loop = {
    body: body as Loop['body'],
    tools: runnableTools(tools),
    toolContext,
    options: { maxChatCompletions, afterCompletion },
    run: run as { readonly messages: Message[]; abort(): void },
    signal: run.controller.signal,
  }
  return { loop, call: { ...options, signal: options.signal ?? signal } }
}

export function createChatHelpers(source: HelperSource): ChatHelpers {
  function runTools(body: RunToolsBody & { stream?: boolean | null }, options: RunToolsOptions = {}): unknown {
    return body.stream === true ? new StreamRun().run(source, body, options) : new PlainRun().run(source, body, options)
  }
  function stream(body: StreamBody, options: CallOptions = {}): ChatCompletionStream {
    requireMessages(body)
    return new StreamRun().single(source, body, options)
  }
  return {
    stream: stream as ChatHelpers['stream'],
    runTools: runTools as ChatHelpers['runTools'],
  }
}
