/**
 * Azure's SDKs make no class that is worth a patch: a function makes their clients, and closures their methods. All requests pass one
 * pipeline (https://github.com/Azure/azure-sdk-for-js/tree/main/sdk/core/core-rest-pipeline), whose class has the method that sends them.
 */
import { asString, isObject, parseJson, path, type Args, type Patcher } from '../../src/autolog/contract.js'

/**
 * The prototype of the pipelines of clients, whose `sendRequest` takes the client for HTTP and a request.
 *
 * @param make - Makes a client, or what has one.
 */
export function pipelineOf(patcher: Patcher, make: () => unknown): object | undefined {
  const client = patcher.exemplar(make)
  const pipeline = path(client, 'pipeline')
  return isObject(pipeline) ? (Object.getPrototypeOf(pipeline) as object) : undefined
}

export interface AzureRequest {
  readonly method: string
  readonly url: string
  /** The path of the URL, without its query. */
  readonly pathname: string
}

export function requestIn([, request]: Args): AzureRequest | undefined {
  const url = asString(path(request, 'url'))
  if (url === undefined || !URL.canParse(url)) return undefined
  return { method: asString(path(request, 'method')) ?? '', url, pathname: new URL(url).pathname }
}

/** The JSON body of a request. */
export const bodyIn = ([, request]: Args): unknown => parseJson(asString(path(request, 'body')) ?? '')

/** The JSON body of a response; `undefined` while it is a stream. */
export const bodyOf = (response: unknown): unknown => parseJson(asString(path(response, 'bodyAsText')) ?? '')

/** A status is no exception here: the caller looks at it. */
export function statusFault(response: unknown): { readonly status: number; readonly error?: unknown } | undefined {
  const status = path(response, 'status')
  if (typeof status !== 'number' || status < 400) return undefined
  const body = bodyOf(response)
  return { status, ...(isObject(body) && { error: body }) }
}
