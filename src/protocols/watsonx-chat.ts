/**
 * IBM watsonx.ai's own chat (https://cloud.ibm.com/apidocs/watsonx-ai#text-chat): OpenAI's messages under other names,
 * a stream at an address of its own. Its model gateway speaks OpenAI's format as it is.
 *
 * The API's version is a query, so the base URL carries it: `https://us-south.ml.cloud.ibm.com?version=2025-02-11`.
 * `project_id`, or `space_id`, comes from the row or in `extra_body`. The model `deployment/<id>` is a deployment, which has
 * an address of its own, knows its model and its space, and refuses to be told (https://cloud.ibm.com/apidocs/watsonx-ai#deployments-text-chat).
 */
import type { ChatRequest } from '../kernel/hub.js'
import { asArray, asString, isObject } from '../kernel/json.js'
import { limitsOf, type Limits } from '../kernel/limits.js'
import { pathSegment } from '../kernel/path-segment.js'
import type {
  ChatProtocol,
  DecodeOptions,
  EncodeContext,
  EncodedRequest,
  JsonObject,
  StreamDecoder,
  WireError,
} from '../kernel/protocol.js'
import { safeMessage } from '../kernel/safe-message.js'
import { decodeError as decodeOpenaiError } from './openai-chat/error.js'
import { FIELDS } from './openai-chat/fields.js'
import { openaiChat } from './openai-chat/index.js'
import { WITHOUT_EFFECT, asksNothing } from './shared/request-fields.js'

const PATH = '/ml/v1/text/chat'
const STREAM_PATH = '/ml/v1/text/chat_stream'

const DEPLOYMENT = 'deployment/'

/** The address of an operation, and the field that names the model where the address does not. */
function placeOf(model: string, stream: boolean): { path: string; named: { model_id?: string } } {
  const path = stream ? STREAM_PATH : PATH
  if (!model.startsWith(DEPLOYMENT)) return { path, named: { model_id: model } }
  const id = pathSegment(model.slice(DEPLOYMENT.length))
  return { path: path.replace('/text/', `/deployments/${id}/text/`), named: {} }
}

/** The reverse of {@link placeOf}, for a request that names no model. */
function deploymentOf(path: string | undefined): string {
  const id = /\/deployments\/([^/?]+)\/text\/chat/.exec(path ?? '')?.[1]
  if (id === undefined) return ''
  try {
    return DEPLOYMENT + decodeURIComponent(id)
  } catch {
    // A wrong percent escape is no address of ours; it is shown as it came.
    return DEPLOYMENT + id
  }
}

/** Fields of OpenAI's format that the API has no word for. `null` says nothing. */
const UNSUPPORTED = [
  'audio',
  'modalities',
  'parallel_tool_calls',
  'prediction',
  'service_tier',
  'thinking',
  'top_k',
  'verbosity',
  'web_search_options',
] as const

function strip(body: JsonObject, limits: Limits): JsonObject {
  const rest = { ...body }
  for (const field of WITHOUT_EFFECT) {
    if (field !== 'stream_options' && rest[field] != null && rest[field] !== false)
      limits.warn(`\`${field}\` has no effect here`)
    delete rest[field]
  }
  for (const field of UNSUPPORTED) {
    if (!asksNothing(field, rest[field])) limits.unsupported(field)
    delete rest[field]
  }
  return rest
}

function encodeRequest(request: ChatRequest, context: EncodeContext): EncodedRequest {
  const { extra_body: extra, ...plain } = request
  const { body, toolNames } = openaiChat.encodeRequest(plain, context)
  const { model, stream, tool_choice: choice, ...rest } = strip(body, limitsOf(context))
  const { path, named: modelField } = placeOf(String(model), stream === true)
  const { project_id: project, space_id: space, ...own } = extra ?? {}
  const isDeployed = modelField.model_id === undefined
  return {
    path,
    body: {
      ...rest,
      ...modelField,
      // A word and an object are two fields.
      ...(typeof choice === 'string' ? { tool_choice_option: choice } : choice != null && { tool_choice: choice }),
      ...(!isDeployed && project !== undefined && { project_id: project }),
      ...(!isDeployed && space !== undefined && { space_id: space }),
      ...own,
    },
    ...(toolNames && { toolNames }),
  }
}

function decodeRequest(wire: unknown, options: DecodeOptions = {}): ChatRequest {
  if (!isObject(wire)) return openaiChat.decodeRequest(wire, options)
  const { model_id: model, tool_choice_option: option, ...rest } = wire
  return openaiChat.decodeRequest(
    {
      ...rest,
      model: asString(model) ?? asString(rest['model']) ?? deploymentOf(options.path),
      ...(option != null && rest['tool_choice'] == null && { tool_choice: option }),
      ...(options.path?.includes('chat_stream') && { stream: true }),
    },
    options,
  )
}

/** `model` is a copy of `model_id` that older versions leave out. */
function named(wire: unknown): unknown {
  if (!isObject(wire) || typeof wire['model_id'] !== 'string') return wire
  const { model_id: model, ...rest } = wire
  return { ...rest, model }
}

function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const decoder = openaiChat.createStreamDecoder(options)
  return {
    push: (data, event) => decoder.push(named(data), event),
    end: () => decoder.end(),
    get done() {
      return decoder.done
    },
  }
}

/** `{errors: [{code, message}], trace, status_code}`. */
function decodeError(body: unknown): WireError | undefined {
  const error = isObject(body) ? asArray(body['errors']).find(isObject) : undefined
  const message = asString(error?.['message'])
  if (message === undefined) return decodeOpenaiError(body)
  const type = asString(error?.['code'])
  return { message: safeMessage(message), ...(type !== undefined && { type }) }
}

function encodeError(error: WireError, status: number): JsonObject {
  return { errors: [{ code: error.type ?? error.code ?? 'error', message: error.message }], status_code: status }
}

/** The chat API of IBM watsonx.ai (https://cloud.ibm.com/apidocs/watsonx-ai#text-chat). */
export const watsonxChat: ChatProtocol = {
  id: 'watsonx-chat',
  kind: 'chat',
  operation: 'chat',
  fields: FIELDS,
  path: PATH,
  streamPath: STREAM_PATH,
  encodeRequest,
  decodeRequest,
  decodeResponse: (wire, options) => openaiChat.decodeResponse(named(wire), options),
  encodeResponse: (response) => ({ ...openaiChat.encodeResponse(response), model_id: response.model }),
  createStreamDecoder,
  createStreamEncoder() {
    const encoder = openaiChat.createStreamEncoder()
    return {
      push: (chunk) =>
        encoder
          .push(chunk)
          .map(({ data }) => ({ event: 'message', data: isObject(data) ? { ...data, model_id: chunk.model } : data })),
      // The stream ends with the connection, not with a word.
      end: () => [],
    }
  },
  decodeError,
  encodeError,
}
