/**
 * The formats of InvokeModel, which are those of the models' makers
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html). They are recognised by the body, because the id
 * of a model may be that of a profile, a throughput or an import.
 */
import { EXCEPTION_EVENT } from '../../kernel/frames.js'
import { asString, isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { providerError } from '../bedrock-converse/error.js'
import { completionOf, completionRequest } from './bedrock-completions.js'
import { commandAnswer, commandRequest, withChatUsage } from './bedrock-conversations.js'
import { usageInHeaders } from './bedrock-tokens.js'
import type { Variant } from './variant.js'

type Body = JsonObject

interface Row extends Variant {
  readonly fits: (body: Body, model: string) => boolean
}

const has = (body: Body, ...fields: readonly string[]): boolean => fields.some((field) => body[field] != null)

/** Whether messages have blocks of Converse, whose only field is their kind and which have no `type`. */
function holdsBlocks({ messages }: Body): boolean {
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined
  const content: unknown = isObject(first) ? first['content'] : undefined
  const block: unknown = Array.isArray(content) ? content[0] : undefined
  return isObject(block) && block['type'] === undefined
}

/** Answers of image models are a list of images, without usage. */
function images(wire: Body): unknown {
  if (Array.isArray(wire['images']) || Array.isArray(wire['artifacts'])) return {}
  throw new TypeError('the answer has no images')
}

const IMAGE_MODEL = /(?:^|[./])(?:stability\.|amazon\.(?:titan-image|nova-canvas))/

/** The first that matches counts. */
const ROWS: readonly Row[] = [
  { as: 'anthropic-messages', fits: (body) => has(body, 'anthropic_version') && has(body, 'messages') },
  {
    as: 'bedrock-nova-embeddings',
    fits: (body) => has(body, 'singleEmbeddingParams', 'segmentedEmbeddingParams'),
  },
  {
    as: 'json',
    operation: 'generate_content',
    outputType: 'image',
    fits: (body, model) => has(body, 'taskType', 'text_prompts') || IMAGE_MODEL.test(model),
    answer: images,
  },
  { as: 'cohere-rerank', fits: (body) => has(body, 'query') && has(body, 'documents') },
  { as: 'bedrock-cohere-embeddings', fits: (body) => has(body, 'texts', 'input_type') },
  {
    as: 'bedrock-titan-embeddings',
    fits: (body, model) =>
      has(body, 'inputText', 'inputImage') && !has(body, 'textGenerationConfig') && !/titan-(?:text|tg1)/.test(model),
  },
  {
    as: 'bedrock-converse',
    fits: (body) => has(body, 'schemaVersion', 'inferenceConfig', 'toolConfig') || holdsBlocks(body),
    request: novaRequest,
  },
  { as: 'openai-chat', fits: (body) => has(body, 'messages'), answer: withChatUsage, event: withChatUsage },
  {
    as: 'openai-chat',
    fits: (body) => has(body, 'message'),
    request: commandRequest,
    answer: commandAnswer,
    event: commandAnswer,
  },
  {
    as: 'openai-completions',
    fits: (body) => has(body, 'prompt', 'inputText'),
    request: completionRequest,
    answer: completionOf,
    event: completionOf,
  },
]

function unread(): never {
  throw new TypeError('no format here reads this model')
}

const UNREAD: Variant = { as: 'json', operation: 'generate_content', answer: unread, event: unread }

/** How to read the body of a model, and its answer. */
export function familyOf(body: unknown, model: string): Variant {
  const row = isObject(body) ? ROWS.find(({ fits }) => fits(body, model)) : undefined
  if (!row) return UNREAD
  const { fits: _fits, ...family } = row
  return family
}

/**
 * As it is on the wire, where pieces of a stream are in messages of AWS
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html).
 */
export function bedrockInvoke(body: unknown, path: string): Variant {
  const family = familyOf(body, modelIn(path))
  return {
    ...family,
    framing: 'aws-eventstream',
    errorsAs: 'bedrock-converse',
    usageInHeaders,
    ...(path.endsWith('-stream') && { streaming: true }),
    event(message, name) {
      if (name === EXCEPTION_EVENT) throw providerError(message)
      const bytes = asString(message['bytes'])
      const wire = bytes === undefined ? undefined : parseJson(Buffer.from(bytes, 'base64').toString('utf8'))
      return family.event && isObject(wire) ? family.event(wire, undefined) : wire
    },
  }
}

/** A stray percent sign leaves the segment as it is: it is only compared. */
function modelIn(path: string): string {
  const [, segment = ''] = /\/model\/([^/]+)/.exec(path) ?? []
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Nova's own examples have other names for some settings than Converse. */
function novaRequest(body: Body): unknown {
  const config = body['inferenceConfig']
  if (!isObject(config)) return body
  const { max_new_tokens: most, top_p: topP, top_k: _topK, ...rest } = config
  return {
    ...body,
    inferenceConfig: {
      ...rest,
      ...(most !== undefined && { maxTokens: most }),
      ...(topP !== undefined && { topP }),
    },
  }
}
