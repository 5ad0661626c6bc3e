/**
 * System One (https://docs.typesafe.ai), which TypeSafe, Ollama, OpenRouter and others answer: the same questions as OpenAI's
 * decisions, by name, about a state that is any JSON.
 */
import { StreamError } from '../../kernel/errors.js'
import type { DecisionRequest, DecisionResponse } from '../../kernel/hub.js'
import { asString, compact, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type {
  DecisionsProtocol,
  DecodeOptions,
  EncodeContext,
  EncodedRequest,
  JsonObject,
} from '../../kernel/protocol.js'
import { decodeError, encodeError, providerErrorOf } from '../openai-chat/error.js'
import { answerObject, badRequest, requestObject } from '../shared/malformed.js'
import { rawOf, rawReader, unknownFields } from '../shared/raw.js'
import {
  decodeAnswers,
  decodeContent,
  decodeQuestions,
  encodeAnswers,
  encodeParts,
  encodeQuestions,
} from './systemone-questions.js'
import { decodeUsage } from './usage.js'

const ID = 'systemone'
const PATH = '/v1/systemone'

const ownRaw = rawReader(ID)
const REQUEST_FIELDS: ReadonlySet<string> = new Set(['model', 'state', 'questions'])
const RESPONSE_FIELDS: ReadonlySet<string> = new Set(['id', 'model', 'answers', 'usage'])

function encodeRequest(request: DecisionRequest, context: EncodeContext): EncodedRequest {
  const limits = limitsOf(context)
  const { input, questions, extra_body: extra, raw, prompt_cache_key: key, prompt_cache_options: cache } = request
  if (key != null || cache != null)
    limits.warn(`${context.provider} has no \`prompt_cache_key\` and \`prompt_cache_options\`: left out`)
  if (request.safety_identifier != null) limits.warn(`${context.provider} has no \`safety_identifier\`: left out`)
  const body = compact({
    model: context.model,
    state: stateOf(input, limits),
    questions: encodeQuestions(questions, limits),
    ...ownRaw(raw),
    ...extra,
  })
  return { path: PATH, body }
}

/** A single message of the user is the state itself; a conversation is the list of its messages. */
function stateOf(input: DecisionRequest['input'], limits: Limits): unknown {
  if (typeof input === 'string') return input
  const items = input.map((item) => {
    if (!('content' in item) || item.type === 'function_call') return item
    return { role: item.role, content: encodeParts(item.content as never, limits) }
  })
  const [only] = items
  return items.length === 1 && only && 'role' in only && only.role === 'user' ? only.content : items
}

function decodeRequest(body: unknown, options: DecodeOptions = {}): DecisionRequest {
  const wire = requestObject(body)
  const model = asString(wire['model']) ?? ''
  if (options.content === false) return { model, input: '', questions: [] }
  const { state, questions } = wire
  if (!isObject(questions)) throw badRequest('it has no `questions`')
  const content = decodeContent(state)
  return {
    model,
    input: typeof content === 'string' ? content : [{ role: 'user', content }],
    questions: decodeQuestions(questions),
    ...rawOf(ID, unknownFields(wire, REQUEST_FIELDS)),
  }
}

function decodeResponse(body: unknown, options: DecodeOptions = {}): DecisionResponse {
  const wire = answerObject(body, providerErrorOf)
  if (!isObject(wire['answers'])) throw providerErrorOf(wire) ?? new StreamError('the answer has no `answers`')
  const id = asString(wire['id'])
  const usage = decodeUsage(wire['usage'])
  return {
    ...(id !== undefined && { id }),
    model: asString(wire['model']) ?? '',
    answers: options.content === false ? [] : decodeAnswers(wire['answers']),
    ...(usage && { usage }),
    ...rawOf(ID, unknownFields(wire, RESPONSE_FIELDS)),
  }
}

function encodeResponse({ id, model, answers, usage, raw }: DecisionResponse): JsonObject {
  return {
    ...(id !== undefined && { id }),
    model,
    answers: encodeAnswers(answers),
    ...(usage && { usage }),
    ...ownRaw(raw),
  }
}

/** System One (https://docs.typesafe.ai): typed questions by name, about a state that is any JSON. */
export const systemone: DecisionsProtocol = {
  id: ID,
  kind: 'decisions',
  operation: 'decide',
  path: PATH,
  encodeRequest,
  decodeRequest,
  decodeResponse,
  encodeResponse,
  decodeError,
  encodeError,
}
