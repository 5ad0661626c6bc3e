/**
 * The formats of InvokeModel, which are those of the models' makers
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html). They are recognised by the body, because the id
 * of a model may be that of a profile, a throughput or an import.
 */
import { isObject, outputType, type CallDeclaration } from '../../src/autolog/contract.js'
import { completionOf, completionRequest } from './completions.js'
import { commandAnswer, commandRequest, withChatUsage } from './conversations.js'

type Body = Record<string, unknown>

/** How to read a format. Without `request`, `answer` or `event`, the body is in `protocol` as it is. */
export interface Family extends Pick<CallDeclaration, 'protocol' | 'operation' | 'attributes'> {
  readonly request?: (body: Body) => unknown
  readonly answer?: (wire: Body) => unknown
  readonly event?: (wire: Body) => unknown
}

interface Row extends Family {
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
  { protocol: 'anthropic-messages', fits: (body) => has(body, 'anthropic_version') && has(body, 'messages') },
  {
    protocol: 'bedrock-nova-embeddings',
    fits: (body) => has(body, 'singleEmbeddingParams', 'segmentedEmbeddingParams'),
  },
  {
    protocol: 'json',
    operation: 'generate_content',
    attributes: outputType('image'),
    fits: (body, model) => has(body, 'taskType', 'text_prompts') || IMAGE_MODEL.test(model),
    answer: images,
  },
  { protocol: 'cohere-rerank', fits: (body) => has(body, 'query') && has(body, 'documents') },
  { protocol: 'bedrock-cohere-embeddings', fits: (body) => has(body, 'texts', 'input_type') },
  {
    protocol: 'bedrock-titan-embeddings',
    fits: (body, model) =>
      has(body, 'inputText', 'inputImage') && !has(body, 'textGenerationConfig') && !/titan-(?:text|tg1)/.test(model),
  },
  {
    protocol: 'bedrock-converse',
    fits: (body) => has(body, 'schemaVersion', 'inferenceConfig', 'toolConfig') || holdsBlocks(body),
    request: novaRequest,
  },
  { protocol: 'openai-chat', fits: (body) => has(body, 'messages'), answer: withChatUsage, event: withChatUsage },
  {
    protocol: 'openai-chat',
    fits: (body) => has(body, 'message'),
    request: commandRequest,
    answer: commandAnswer,
    event: commandAnswer,
  },
  {
    protocol: 'openai-completions',
    fits: (body) => has(body, 'prompt', 'inputText'),
    request: completionRequest,
    answer: completionOf,
    event: completionOf,
  },
]

function unread(): never {
  throw new TypeError('no format here reads this model')
}

const UNREAD: Family = { protocol: 'json', operation: 'generate_content', answer: unread, event: unread }

export function familyOf(body: unknown, model: string): Family {
  if (!isObject(body)) return UNREAD
  const row = ROWS.find(({ fits }) => fits(body, model))
  if (!row) return UNREAD
  const { fits: _fits, ...family } = row
  return family
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
