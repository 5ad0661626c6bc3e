/**
 * Responses that are made in the background (https://platform.openai.com/docs/guides/background): the call that begins one
 * gets no usage, and every call that fetches it later gets all of it. The first that sees it finished is its inference.
 */
import {
  asString,
  isObject,
  modelAskedFor,
  path,
  tellsUsage,
  type CallDeclaration,
} from '../../src/autolog/contract.js'

type Declaration = Omit<CallDeclaration, 'provider'>

const responses: Declaration = { protocol: 'openai-responses' }

const RUNNING: ReadonlySet<unknown> = new Set(['queued', 'in_progress'])

/** Whether the usage of `response` is to be told by the call that got it. */
function isFirst(response: unknown, model?: string): boolean {
  return tellsUsage(asString(path(response, 'id')), {
    finished: !RUNNING.has(path(response, 'status')),
    inBackground: path(response, 'background') === true,
    model,
  })
}

/** Events about the response as a whole carry it. */
const responseIn = (event: unknown): unknown => path(event, 'response')

export function createResponse(body: unknown): Declaration {
  if (path(body, 'background') !== true) return responses
  const model = asString(path(body, 'model'))
  return {
    ...responses,
    answer(response) {
      isFirst(response, model)
      return response
    },
    event(data) {
      const response = responseIn(data)
      if (response !== undefined) isFirst(response, model)
      return { data }
    },
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
  let fetched: unknown
  return {
    ...responses,
    operation: 'fetch_response',
    request: () => ({ stream }),
    answer(response) {
      if (!isFirst(response)) return known(response)
      fetched = response
      return response
    },
    event(data) {
      const response = responseIn(data)
      if (response === undefined || RUNNING.has(path(response, 'status'))) return { data }
      if (isFirst(response)) fetched = response
      else if (isObject(data)) return { data: { ...data, response: { ...known(response), status: 'completed' } } }
      return { data }
    },
    became: () =>
      fetched === undefined
        ? undefined
        : { operation: 'chat', model: modelAskedFor(asString(id)) ?? asString(path(fetched, 'model')) },
  }
}
