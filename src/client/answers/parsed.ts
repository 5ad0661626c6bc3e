/** The content of an answer, checked against the format that its call asked for. */
import { ConfigError, SchemaError } from '../../kernel/errors.js'
import type { ChatCompletion } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import { isStandardSchema, parseContent, parseWithSchema } from './standard-schema.js'
import type { ChatBody, ChatResult, ParseFormat } from '../types/chat.js'

export type ContentParser = (content: string) => unknown

/** @throws ConfigError when it is not a format. */
export function contentParser(format: ParseFormat): ContentParser {
  const own = ownParser(format)
  if (own) return own
  if (isObject(format) && typeof format['type'] === 'string') return parseContent
  throw new ConfigError(
    'response_format',
    "parse needs a schema: a zod schema, another Standard Schema, or OpenAI's json_schema form",
  )
}

/** The parser of a schema, or of a format by a helper of the `openai` package; `undefined` for a plain format. */
export function ownParser(format: ChatBody['response_format']): ContentParser | undefined {
  if (isStandardSchema(format)) return (content) => parseWithSchema(format, content)
  const read = isObject(format) ? (format as { readonly $parseRaw?: unknown }).$parseRaw : undefined
  return typeof read === 'function' ? (read as ContentParser) : undefined
}

/** The answer with `parsed` on each message. @throws SchemaError when a content does not fit. */
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
  const fail = (message: string, fields: { code: SchemaError['code']; cause?: unknown; issues?: readonly unknown[] }) =>
    Object.assign(new SchemaError(message, { ...fields, provider, model, partial: result }), { attempts })
  if (choice.finish_reason === 'length') {
    throw fail('the answer ended at the output limit, so it cannot be parsed; raise max_completion_tokens', {
      code: 'output_truncated',
    })
  }
  try {
    return await read(content)
  } catch (error) {
    if (error instanceof SchemaError) throw fail(error.message, { code: error.code, issues: error.issues })
    // The parser's own message quotes the answer.
    if (error instanceof SyntaxError) throw fail('the answer is not JSON', { code: 'invalid_json' })
    throw fail('the answer does not fit response_format', { code: 'schema_mismatch', cause: error })
  }
}
