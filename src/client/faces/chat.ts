/** `chat.completions`: the hub's own shape in and out. */
import { ConfigError } from '../../kernel/errors.js'
import type { ChatChunk, ChatCompletion, ChatRequest } from '../../kernel/hub.js'
import type { ChatProtocol } from '../../kernel/protocol.js'
import type { Target } from '../../router/target.js'
import { requireMessages, splitArguments } from '../call/arguments.js'
import type { AttemptRun } from '../call/attempt-run.js'
import { LogicalCall, type ClientContext } from '../call/logical-call.js'
import { isUsageOnly } from '../streams/chunks.js'
import { carriedBy } from './chat-format.js'
import { withoutIdleToolChoice } from './idle-tool-choice.js'
import { completed } from '../answers/fill-in.js'
import { execute } from '../call/execute.js'
import { createChatHelpers } from '../helpers/index.js'
import { decoding, encodingFor } from '../transport/failure.js'
import { sendStream, sendWhole } from '../transport/pending.js'
import { ModelStream } from '../streams/model-stream.js'
import { contentParser, ownParser, withParsed } from '../answers/parsed.js'
import { restored, restoredWhole } from '../answers/restored.js'
import { withJsonSchemas } from '../answers/schema.js'
import { openStream } from '../streams/chat-reading.js'
import { withToldUsage } from '../facts/told-usage.js'
import { refuseUnfit, type Asked, tellUnchecked } from '../answers/unfit.js'
import type { ChatBody, ChatResult, ChatStream, ParseFormat, ParsedChatResult, ParsedOutput } from '../types/chat.js'
import type { ChatCompletions } from '../types/chat-completions.js'
import type { CallOptions } from '../types/options.js'

/** @throws ConfigError when the target has no chat format, or the provider knows no model by such a name. */
export function chatCodec({ provider, model, base }: Target): ChatProtocol {
  const chat = provider.chatFor(base ?? model)
  if (typeof chat === 'object') return chat
  if (chat !== undefined)
    throw new ConfigError('model', `\`${provider.id}/${model}\` ${chat}`, { provider: provider.id, model })
  throw new ConfigError(
    'model',
    `the provider \`${provider.id}\` speaks no format for chat in this version${provider.unspoken}`,
    {
      provider: provider.id,
      model,
    },
  )
}

/** The request as `run`'s target gets it: its own extra fields, and usage with a stream. */
export function requestFor(request: ChatRequest, run: AttemptRun): ChatRequest {
  const { extraBody, params } = run
  return {
    ...request,
    ...params,
    ...(extraBody && { extra_body: extraBody }),
    ...(request.stream === true &&
      run.target.provider.quirks.streamOptions !== false && {
        stream_options: { ...request.stream_options, include_usage: true },
      }),
  }
}

export function createChatCompletions(client: ClientContext): ChatCompletions {
  async function create(given: ChatBody, options?: CallOptions): Promise<ChatResult | ChatStream> {
    const { body, options: callOptions } = splitArguments(given, options)
    requireMessages(body)
    const request = withJsonSchemas(body) as ChatRequest
    const asked: Asked = { request, read: ownParser(given.response_format) }
    const call = new LogicalCall(client, {
      operation: 'chat',
      model: request.model,
      options: callOptions,
      request: { chat: request },
    })
    try {
      if (request.stream === true) return await stream(call, request)
      const { run, chat } = await execute(call, (run) => whole(run, asked))
      return { ...withToldUsage(chat), _meta: call.succeed(run, { chat }) } as ChatResult
    } catch (error) {
      throw call.fail(error)
    }
  }

  async function parse<F extends ParseFormat>(
    given: Omit<ChatBody, 'response_format' | 'stream'> & { response_format: F },
    options?: CallOptions,
  ): Promise<ParsedChatResult<ParsedOutput<F>>> {
    const read = contentParser(given.response_format)
    const result = (await create({ ...given, stream: false } as ChatBody, options)) as ChatResult
    return (await withParsed(result, read)) as ParsedChatResult<ParsedOutput<F>>
  }

  const parserOf = ({ response_format: format }: Pick<ChatBody, 'response_format'>) => {
    const read = ownParser(format)
    return read && ((completion: ChatResult) => withParsed(completion, read))
  }
  const helpers = createChatHelpers({
    create,
    parserOf,
    wholeOf(body) {
      const parse = parserOf(body)
      const request = withJsonSchemas(body) as ChatRequest
      return async (completion) => {
        const whole = restoredWhole(completion, request)
        return parse ? parse(whole) : whole
      }
    },
  })
  return { create: create as ChatCompletions['create'], parse: parse as ChatCompletions['parse'], ...helpers }
}

/** One attempt at a whole answer. */
export async function whole(run: AttemptRun, asked: Asked): Promise<{ run: AttemptRun; chat: ChatCompletion }> {
  const { request } = asked
  const { codec, request: sent } = carriedBy(run, chatCodec(run.target), requestFor(request, run))
  const encoded = encodingFor(run.encodeContext, (context) =>
    codec.encodeRequest(withoutIdleToolChoice(sent, context), context),
  )
  const { answer, wire } = await sendWhole(run, codec, encoded)
  const chat = decoding(() => restored(completed(codec, run.target, answer, encoded), request).decodeResponse(wire))
  await refuseUnfit(run, chat, { ...asked, request: { ...request, ...run.params } })
  run.finish()
  return { run, chat }
}

async function stream(call: LogicalCall, request: ChatRequest): Promise<ChatStream> {
  const wantsUsage = request.stream_options?.include_usage === true
  const visible = (chunks: readonly ChatChunk[]): readonly ChatChunk[] =>
    (wantsUsage ? chunks : chunks.filter((chunk) => !isUsageOnly(chunk))).map(withToldUsage)
  const source = await execute(call, async (run) => {
    const { codec, request: sent } = carriedBy(run, chatCodec(run.target), requestFor(request, run))
    const encoded = encodingFor(run.encodeContext, (context) =>
      codec.encodeRequest(withoutIdleToolChoice(sent, context), context),
    )
    tellUnchecked(run)
    run.limits.start('firstChunk', run.timeout.firstChunk)
    const answer = await sendStream(run, codec, encoded)
    const face = {
      codec: restored(completed(codec, run.target, answer, encoded), request),
      event: (_wire: unknown, chunks: readonly ChatChunk[]) => visible(chunks),
      end: visible,
    }
    return openStream<ChatChunk>({ call, run, answer, face, whole: visible, choices: request.n ?? 1 })
  })
  return new ModelStream(source) as ChatStream
}
