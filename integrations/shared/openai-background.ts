/**
 * Responses that are made in the background (https://platform.openai.com/docs/guides/background): the call that begins one is
 * the inference, and gets no usage; every call that fetches it later gets all of it. The first that sees it finished tells
 * the usage, and stays what it is, a `fetch_response`: so one answer is one inference, and is counted once.
 */
import type { Attributes } from '@opentelemetry/api'
import { asString, isObject, path, semconv, reportsUsage, type CallDeclaration } from '../../src/autolog/contract.js'

type Declaration = Omit<CallDeclaration, 'provider'>

const responses: Declaration = { protocol: 'openai-responses' }

const RUNNING: ReadonlySet<unknown> = new Set(['queued', 'in_progress'])

/** Whether the usage of `response` is to be told by the call that got it. */
function isFirst(response: unknown): boolean {
  return reportsUsage(asString(path(response, 'id')), {
    finished: !RUNNING.has(path(response, 'status')),
    inBackground: path(response, 'background') === true,
  })
}

/** How far the answer has come. Of a stream nobody knows before its end. */
function statusOf(response: unknown): Attributes {
  const status = asString(path(response, 'status'))
  return status === undefined ? {} : { [semconv.RESPONSE_STATUS]: status }
}

/** Events about the response as a whole carry it. */
const responseIn = (event: unknown): unknown => path(event, 'response')

export function createResponse(body: unknown): Declaration {
  if (path(body, 'background') !== true) return responses
  return {
    ...responses,
    answer(response) {
      isFirst(response)
      return response
    },
    event(data) {
      const response = responseIn(data)
      if (response !== undefined) isFirst(response)
      return { data }
    },
    responseAttributes: statusOf,
  }
}

/** What an answer says that is not new: whose it is, and no more. */
const known = (response: unknown): object => ({
  id: path(response, 'id'),
  model: path(response, 'model'),
  object: 'response',
  status: 'in_progress',
  output: [],
})

/** @param stream - Whether the events are asked for. */
export function fetchResponse(id: unknown, stream: unknown): Declaration {
  return {
    ...responses,
    operation: 'fetch_response',
    request: () => ({ stream }),
    answer(response) {
      return isFirst(response) ? response : known(response)
    },
    event(data) {
      const response = responseIn(data)
      if (response === undefined || RUNNING.has(path(response, 'status'))) return { data }
      if (isFirst(response) || !isObject(data)) return { data }
      return { data: { ...data, response: { ...known(response), status: 'completed' } } }
    },
    responseAttributes: statusOf,
  }
}
