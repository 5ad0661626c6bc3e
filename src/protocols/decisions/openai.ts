/** OpenAI's decisions (https://developers.openai.com/api/reference/resources/decisions/methods/create). */
import { StreamError } from '../../kernel/errors.js'
import type { DecisionAnswer, DecisionQuestion, DecisionRequest, DecisionResponse } from '../../kernel/hub.js'
import { asNumber, asString, compact, isObject } from '../../kernel/json.js'
import type {
  DecisionsProtocol,
  DecodeOptions,
  EncodeContext,
  EncodedRequest,
  JsonObject,
} from '../../kernel/protocol.js'
import { decodeError, encodeError, providerErrorOf } from '../openai-chat/error.js'
import { rawOf, rawReader, unknownFields } from '../shared/raw.js'
import { answerObject, badRequest, requestObject } from '../shared/malformed.js'
import { decodeUsage } from './usage.js'

const ID = 'openai-decisions'
const PATH = '/decisions'

const ownRaw = rawReader(ID)
const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'input',
  'questions',
  'prompt_cache_key',
  'prompt_cache_options',
  'safety_identifier',
])
const RESPONSE_FIELDS: ReadonlySet<string> = new Set(['id', 'model', 'answers', 'usage'])

function encodeRequest(request: DecisionRequest, context: EncodeContext): EncodedRequest {
  const { extra_body: extra, raw, ...given } = request
  return { path: PATH, body: compact({ ...given, model: context.model, ...ownRaw(raw), ...extra }) }
}

function decodeRequest(body: unknown, options: DecodeOptions = {}): DecisionRequest {
  const wire = requestObject(body)
  const model = asString(wire['model']) ?? ''
  if (options.content === false) return { model, input: '', questions: [] }
  const { input, questions } = wire
  if (typeof input !== 'string' && !Array.isArray(input)) throw badRequest('it has no `input`')
  if (!Array.isArray(questions)) throw badRequest('it has no `questions`')
  const { prompt_cache_key: key, prompt_cache_options: cache, safety_identifier: user } = wire
  return {
    model,
    input: input as DecisionRequest['input'],
    questions: (questions as unknown[]).filter(isObject) as unknown as DecisionQuestion[],
    ...(typeof key === 'string' && { prompt_cache_key: key }),
    ...(isObject(cache) && { prompt_cache_options: cache }),
    ...(typeof user === 'string' && { safety_identifier: user }),
    ...rawOf(ID, unknownFields(wire, REQUEST_FIELDS)),
  }
}

function decodeResponse(body: unknown, options: DecodeOptions = {}): DecisionResponse {
  const wire = answerObject(body, providerErrorOf)
  const { answers } = wire
  if (!Array.isArray(answers)) throw providerErrorOf(wire) ?? new StreamError('the answer has no `answers`')
  const id = asString(wire['id'])
  const usage = decodeUsage(wire['usage'])
  return {
    ...(id !== undefined && { id }),
    model: asString(wire['model']) ?? '',
    answers: options.content === false ? [] : (answers as unknown[]).map(decodeAnswer),
    ...(usage && { usage }),
    ...rawOf(ID, unknownFields(wire, RESPONSE_FIELDS)),
  }
}

function decodeAnswer(wire: unknown, place: number): DecisionAnswer {
  if (!isObject(wire)) throw new StreamError(`answers[${place}] of the answer is not an object`)
  const name = asString(wire['name']) ?? null
  const { type, choice } = wire
  const probability = asNumber(wire['probability'])
  const score = asNumber(wire['score'])
  const confidence = asNumber(wire['confidence'])
  const list = (Array.isArray(wire['probabilities']) ? (wire['probabilities'] as unknown[]) : []).filter(isObject)
  if (type === 'refusal') return { type, name }
  if (type === 'predicate' && probability !== undefined) return { type, name, probability }
  if (type === 'choice' && (typeof choice === 'string' || typeof choice === 'boolean')) {
    const probabilities = list as { value: string | boolean; probability: number }[]
    return { type, name, choice, ...(confidence !== undefined && { confidence }), probabilities }
  }
  if (type === 'score' && score !== undefined) {
    const probabilities = list as { label: string; value: number; probability: number }[]
    return { type, name, score, ...(confidence !== undefined && { confidence }), probabilities }
  }
  throw new StreamError(`answers[${place}] of the answer is no predicate, choice, score or refusal`)
}

function encodeResponse({ id, raw, ...response }: DecisionResponse): JsonObject {
  return { ...(id !== undefined && { id }), ...response, ...ownRaw(raw) }
}

/** OpenAI's decisions (https://developers.openai.com/api/reference/resources/decisions/methods/create). */
export const openaiDecisions: DecisionsProtocol = {
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
