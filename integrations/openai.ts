/** The `openai` SDK: its methods and requests by path, for OpenAI, Azure and compatible APIs. */
import { asString, isObject, path, type Integration, type ModuleTarget } from '../src/autolog/contract.js'
import { responsesOver } from './openai/responses-ws.js'
import { fetchResponse } from './shared/openai-background.js'
import { openaiOperations } from './shared/openai-operations.js'
import { stainless } from './shared/stainless.js'
import { patchEmittedRuns } from './shared/tool-runs.js'

/** An Azure client may have the model as its deployment, or an agent in its base URL. Then the request has none. */
function withTarget(body: unknown, client: unknown): unknown {
  if (!isObject(body)) return body
  const model = asString(path(client, 'deploymentName'))
  const [, name] = AGENT.exec(asString(path(client, 'baseURL')) ?? '') ?? []
  return { ...(model !== undefined && { model }), ...(name !== undefined && { agent: { name } }), ...body }
}

/** `/responses/<id>`: fetches a response. */
const RESPONSE = /\/responses\/([^/]+)$/
/** Microsoft Foundry has an endpoint for each agent. */
const AGENT = /\/agents\/([^/]+)\/endpoint\/protocols\/openai\b/
/** Azure has the model in the path. */
const DEPLOYMENT = /\/deployments\/([^/]+)\//

const sdk = stainless({
  client: 'OpenAI',
  provider: (client) => (path(client, 'apiVersion') === undefined ? 'openai' : 'azure.ai.openai'),
  operations: openaiOperations,
  attributes: {
    'openai-chat': { 'openai.api.type': 'chat_completions' },
    'openai-responses': { 'openai.api.type': 'responses' },
  },
  body: withTarget,
  rawBody({ pathname, body }) {
    const [, model] = DEPLOYMENT.exec(pathname) ?? []
    return model === undefined || !isObject(body) ? body : { model, ...body }
  },
  raw({ method, pathname, query }) {
    const [, id] = (method === 'get' && RESPONSE.exec(pathname)) || []
    return id === undefined ? undefined : fetchResponse(id, path(query, 'stream'))
  },
})

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const OpenAI = module['OpenAI'] ?? module['default']
  sdk.instrument(module, patcher)
  for (const holder of [['Chat'], ['Beta', 'Chat']])
    patchEmittedRuns(patcher, path(OpenAI, ...holder, 'Completions', 'prototype'), 'runTools')
  for (const holder of [['Responses'], ['Beta', 'Responses']]) {
    patcher.call(path(OpenAI, ...holder, 'prototype'), 'retrieve', ([id, query]) =>
      sdk.callOf(fetchResponse(id, path(query, 'stream'))),
    )
  }
}

const instrumentSocket: ModuleTarget['instrument'] = (module, patcher) => {
  patcher.duplex(path(module, 'ResponsesWS', 'prototype'), responsesOver(sdk.callOf))
}

const shapes = { OpenAI: ['prototype.post', 'Chat.Completions.prototype.create'] }

export const openai: Integration = {
  id: 'openai',
  targets: [
    { package: 'openai', tested: '4 - 7', shapes, instrument },
    // `openai/azure` and `openai/bedrock` load this, not the main entry.
    { package: 'openai', entry: './client', tested: '5 - 7', shapes, instrument },
    { package: 'openai', entry: './resources/responses/ws', tested: '6 - 7', instrument: instrumentSocket },
    { package: 'openai', entry: './resources/beta/responses/ws', tested: '6 - 7', instrument: instrumentSocket },
  ],
}
