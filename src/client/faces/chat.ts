/** `chat.completions`: the hub's own shape in and out. */
import type { ChatChunk, ChatRequest } from '../../kernel/hub.js'
import { contentParser, ownParser, withParsed } from '../answers/parsed.js'
import { restoredWhole } from '../answers/restored.js'
import { withJsonSchemas } from '../answers/standard-schema.js'
import { requireMessages } from '../call/call-arguments.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import { withGivenUsage } from '../facts/given-usage.js'
import { createChatHelpers } from '../helpers/index.js'
import type { ItemWriter } from '../streams/chat-reading.js'
import { isUsageOnly } from '../streams/chunks.js'
import type { ChatCompletions } from '../types/chat-completions.js'
import type { ChatBody, ChatResult, ChatStream, ParsedChatResult, ParsedOutput, ParseFormat } from '../types/chat.js'
import type { CallOptions } from '../types/options.js'
import type { CallerFormat } from './exchange.js'
import { face } from './face.js'

const plain: ItemWriter<ChatChunk> = writerOf((chunks) => chunks.map(withGivenUsage))
/** Every stream is requested with usage; callers who did not ask for it do not get that chunk. */
const withoutUsage: ItemWriter<ChatChunk> = writerOf((chunks) =>
  chunks.filter((chunk) => !isUsageOnly(chunk)).map(withGivenUsage),
)

function writerOf(visible: (chunks: readonly ChatChunk[]) => readonly ChatChunk[]): ItemWriter<ChatChunk> {
  return { event: (_wire, chunks) => visible(chunks), end: visible, whole: visible }
}

/** The hub's own shape. */
export const hubFormat: CallerFormat<ChatChunk> = {
  read(_client, body) {
    requireMessages(body)
    const { response_format: format } = body as ChatBody
    return { request: withJsonSchemas(body) as ChatRequest, readContent: ownParser(format) }
  },
  write: withGivenUsage,
  writer: ({ request }) => (request.stream_options?.include_usage === true ? plain : withoutUsage),
}

export const chat = face(hubFormat)

export function createChatCompletions(client: ClientContext): ChatCompletions {
  const create = (body: ChatBody, options?: CallOptions) =>
    perform(client, chat, body, options) as Promise<ChatResult | ChatStream>

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
