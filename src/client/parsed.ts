/** The content of an answer, checked against the format that its call asked for. */
import { ConfigError, StreamError } from '../kernel/errors.js'
import type { ChatCompletion } from '../kernel/hub.js'
import { isObject } from '../kernel/json.js'
import { isStandardSchema, parseContent, parseWithSchema } from './schema.js'
import type { ChatBody, ChatResult, ParseFormat } from './types.js'

export type ContentParser = (content: string) => unknown

/** @throws ConfigError for what is no format. */
export function contentParser(format: ParseFormat): ContentParser {
  const own = ownParser(format)
  if (own) return own
  if (isObject(format) && typeof format['type'] === 'string') return parseContent
  throw new ConfigError(
    'response_format',
    "parse needs a schema: a zod schema, another Standard Schema, or OpenAI's json_schema form",
  )
}

/** Of a schema, or of what a helper of the `openai` package makes; `undefined` for a plain format. */
export function ownParser(format: ChatBody['response_format']): ContentParser | undefined {
  if (isStandardSchema(format)) return (content) => parseWithSchema(format, content)
  const read = isObject(format) ? (format as { readonly $parseRaw?: unknown }).$parseRaw : undefined
  return typeof read === 'function' ? (read as ContentParser) : undefined
}

/** The answer with `parsed` on each message. @throws StreamError when a content does not fit. */
export async function withParsed(result: ChatResult, read: ContentParser): Promise<ChatResult> {
  const choices = await Promise.all(
    result.choices.map(async (choice) => ({
      ...choice,
      message: { ...choice.message, parsed: await parsedContent(result, choice, read) },
    })),
  )
  return { ...result, choices }
}

/** `null` where there is no content to parse: a refusal, or tool calls. */
async function parsedContent(
  result: ChatResult,
  choice: ChatCompletion['choices'][number],
  read: ContentParser,
): Promise<unknown> {
  const { content, refusal, tool_calls: calls } = choice.message
  if (refusal || content === null || (content === '' && calls?.length)) return null
  const { provider, model, attempts } = result._meta
  const fail = (message: string, cause?: unknown): StreamError => {
    const error = new StreamError(message, { provider, model, partial: result, cause, isRetryable: false })
    error.attempts = attempts
    return error
  }
  if (choice.finish_reason === 'length')
    throw fail('the answer ended at the output limit, so it cannot be parsed; raise max_completion_tokens')
  try {
    return await read(content)
  } catch (error) {
    throw error instanceof StreamError
      ? fail(error.message, error.cause)
      : fail('the answer does not fit response_format', error)
  }
}
