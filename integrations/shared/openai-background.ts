/**
 * Responses that are made in the background (https://platform.openai.com/docs/guides/background): the call that begins one is
 * the inference and gets no usage. Every call that fetches it later gets all of it. The first one that gets it finished reports the
 * usage, but stays a `fetch_response`. So one answer is one inference and is counted once.
 */
import type { Attributes } from '@opentelemetry/api'
import { asString, isObject, path, semconv, reportsUsage, type CallDeclaration } from '../../src/autolog/contract.js'

type Declaration = Omit<CallDeclaration, 'provider'>

const responses: Declaration = { protocol: 'openai-responses' }

const RUNNING: ReadonlySet<unknown> = new Set(['queued', 'in_progress'])

/** Whether the call that got `response` reports its usage. */
function isFirst(response: unknown): boolean {
  return reportsUsage(asString(path(response, 'id')), {
    finished: !RUNNING.has(path(response, 'status')),
    inBackground: path(response, 'background') === true,
  })
}

/** Status of the answer. For a stream, it is known only at the end. */
function statusOf(response: unknown): Attributes {
  const status = asString(path(response, 'status'))
  return status === undefined ? {} : { [semconv.RESPONSE_STATUS]: status }
}

/** The response in an event, if the event is about the whole response. */
const responseIn = (event: unknown): unknown => path(event, 'response')

/** An agent of Microsoft Foundry that answers (https://learn.microsoft.com/azure/ai-foundry/agents/overview). */
function agentOf(body: unknown): Pick<Declaration, 'operation' | 'attributes'> {
  const agent = path(body, 'agent') ?? path(body, 'agent_reference')
  const name = asString(path(agent, 'name'))
  return name === undefined ? {} : { operation: 'invoke_agent', attributes: { [semconv.AGENT_NAME]: name } }
}

export function createResponse(body: unknown): Declaration {
  const asked = { ...responses, ...agentOf(body) }
  if (path(body, 'background') !== true) return asked
  return {
    ...asked,
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

/** Only the identity of an answer whose content and usage another call reports. */
const known = (response: unknown): object => ({
  id: path(response, 'id'),
  model: path(response, 'model'),
  object: 'response',
  status: 'in_progress',
  output: [],
})

/** @param stream - Whether the request asks for events. */
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
