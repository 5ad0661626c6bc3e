/** The `openai` SDK: its methods and the requests by path below them, for OpenAI, Azure and what speaks like them. */
import {
  asString,
  isObject,
  patchRawRequests,
  path,
  type Args,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type RawRequest,
} from '../src/autolog/contract.js'
import { fetchResponse } from './openai/background.js'
import { declarationOf, operationAt, operations, type Declaration } from './openai/operations.js'
import { responsesOver } from './openai/responses-ws.js'

/** An Azure client may name the model once, as its deployment, and then needs none in the request. */
function withDeployment(body: unknown, client: unknown): unknown {
  const deployment = asString(path(client, 'deploymentName'))
  return isObject(body) && body['model'] === undefined && deployment !== undefined
    ? { ...body, model: deployment }
    : body
}

const ofResource = (self: unknown): unknown => path(self, '_client')
const itself = (self: unknown): unknown => self
const firstOf = ([body]: Args): unknown => body

/**
 * @param clientOf - The client behind what the method is called on.
 * @param bodyOf - The request's body in the method's arguments.
 */
function callOf(declaration: Declaration, clientOf = ofResource, bodyOf = firstOf): CallDeclaration {
  return {
    provider: (self) => (path(clientOf(self), 'apiVersion') === undefined ? 'openai' : 'azure.ai.openai'),
    baseURL: (self) => asString(path(clientOf(self), 'baseURL')),
    request: (args, self) => withDeployment(bodyOf(args), clientOf(self)),
    byRequest: clientOf === ofResource,
    ...declaration,
  }
}

/** `/responses/<id>`, which is fetched. */
const RESPONSE = /\/responses\/([^/]+)$/
/** Azure has the model in the path. */
const DEPLOYMENT = /\/deployments\/([^/]+)\//

function declareRaw({ method, pathname, body, query }: RawRequest): CallDeclaration | undefined {
  if (method === 'get') {
    const [, id] = RESPONSE.exec(pathname) ?? []
    return id === undefined ? undefined : callOf(fetchResponse(id, path(query, 'stream')), itself)
  }
  const operation = operationAt(pathname)
  if (!operation) return undefined
  const [, model] = DEPLOYMENT.exec(pathname) ?? []
  const sent = model === undefined || !isObject(body) ? body : { model, ...body }
  return callOf(declarationOf(operation, body), itself, () => sent)
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const OpenAI = module['OpenAI'] ?? module['default']
  for (const operation of operations) {
    const { holder, method, declaration } = operation
    const declared =
      typeof declaration === 'function' ? ([body]: Args) => callOf(declarationOf(operation, body)) : callOf(declaration)
    patcher.call(path(OpenAI, ...holder, 'prototype'), method, declared)
  }
  for (const holder of [['Responses'], ['Beta', 'Responses']]) {
    patcher.call(path(OpenAI, ...holder, 'prototype'), 'retrieve', ([id, query]) =>
      callOf(fetchResponse(id, path(query, 'stream'))),
    )
  }
  patchRawRequests(patcher, path(OpenAI, 'prototype'), declareRaw)
}

const instrumentSocket: ModuleTarget['instrument'] = (module, patcher) => {
  patcher.duplex(path(module, 'ResponsesWS', 'prototype'), responsesOver(callOf))
}

export const openai: Integration = {
  id: 'openai',
  targets: [
    { package: 'openai', tested: '4 - 7', instrument },
    // What `openai/azure` and `openai/bedrock` load, without the main entry.
    { package: 'openai', entry: './client', tested: '5 - 7', instrument },
    { package: 'openai', entry: './resources/responses/ws', tested: '6 - 7', instrument: instrumentSocket },
    { package: 'openai', entry: './resources/beta/responses/ws', tested: '6 - 7', instrument: instrumentSocket },
  ],
}
