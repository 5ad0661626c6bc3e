/** The models that a client has names for: in OpenAI's shape, in Anthropic's or in Gemini's. */
import type { JsonObject } from '../../kernel/protocol.js'
import { refused, type Incoming } from './incoming.js'
import type { EndpointContext, Route } from './route-table.js'

/** The time of a model, which nobody knows here. */
const NO_TIME = '1970-01-01T00:00:00Z'

interface NamedModel {
  readonly id: string
  readonly owner: string
}

/** Aliases first, then each target that the options name. */
function modelsOf({ client, admit }: EndpointContext): readonly NamedModel[] {
  const { plan } = client
  // A pattern is the name of no model.
  const names = plan.aliases.filter((id) => !id.includes('*'))
  const aliases = names.map((id) => ({ id, owner: 'tracestitch' }))
  const targets = plan.targets().map(({ target }) => ({
    id: `${target.provider.id}/${target.model}`,
    owner: target.provider.id,
  }))
  const byId = new Map([...targets, ...aliases].map((model) => [model.id, model]))
  const ids = [...new Set([...aliases, ...targets].map(({ id }) => id))]
  return ids.flatMap((id) => byId.get(id) ?? []).filter(({ id }) => mayUse(admit, id))
}

function mayUse(admit: EndpointContext['admit'], id: string): boolean {
  try {
    admit?.(id)
    return true
  } catch {
    // The caller may not use it, so it is not in the list.
    return false
  }
}

interface ListShape {
  readonly list: (models: readonly NamedModel[]) => JsonObject
  readonly one: (model: NamedModel) => JsonObject
}

// https://platform.openai.com/docs/api-reference/models
const openai: ListShape = {
  list: (models) => ({ object: 'list', data: models.map(openai.one) }),
  one: ({ id, owner }) => ({ id, object: 'model', created: 0, owned_by: owner }),
}

// https://platform.claude.com/docs/en/api/models/list
const anthropic: ListShape = {
  list: (models) => ({
    data: models.map(anthropic.one),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }),
  one: ({ id }) => ({ type: 'model', id, display_name: id, created_at: NO_TIME }),
}

// https://ai.google.dev/api/models
const gemini: ListShape = {
  list: (models) => ({ models: models.map(gemini.one) }),
  one: ({ id }) => ({
    name: `models/${id}`,
    baseModelId: id,
    displayName: id,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'embedContent'],
  }),
}

function shapeOf({ url, headers }: Incoming): ListShape {
  if (url.pathname.startsWith('/v1beta')) return gemini
  return headers.has('anthropic-version') ? anthropic : openai
}

const list: Route = {
  method: 'GET',
  paths: ['/v1/models', '/models', '/v1beta/models'],
  errors: 'openai-chat',
  answer: (endpoint, incoming) => Promise.resolve(Response.json(shapeOf(incoming).list(modelsOf(endpoint)))),
}

const one: Route = {
  method: 'GET',
  paths: [/^\/(?:v1\/|v1beta\/)?models\/(?<model>.+)$/],
  errors: 'openai-chat',
  answer(endpoint, incoming, { model }) {
    const found = modelsOf(endpoint).find(({ id }) => id === model)
    if (!found) throw refused(404, 'there is no model of that name here; GET /v1/models lists them', 'model_not_found')
    return Promise.resolve(Response.json(shapeOf(incoming).one(found)))
  },
}

export const MODEL_ROUTES: readonly Route[] = [list, one]
