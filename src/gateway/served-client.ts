/** One client that the gateway serves, with the number of its open calls: it can be replaced without breaking one off. */
import { contextOf } from '../client/context-of.js'
import { createEndpoint, type Access, type Endpoint, type EndpointOptions } from '../client/endpoint/index.js'
import type { Client } from '../client/types/index.js'
import { ConfigError, TracestitchError } from '../kernel/errors.js'
import type { Plan } from '../router/plan.js'

export class ServedClient {
  readonly client: Client
  readonly endpoint: Endpoint
  private open = 0
  private tell: (() => void) | undefined

  /** @throws ConfigError for an object that is not a client. */
  constructor(client: Client, options: EndpointOptions) {
    const context = contextOf(client)
    if (!context) throw new ConfigError('client', 'expected a client that createClient has made')
    const { authorize } = options
    this.client = client
    this.endpoint = createEndpoint(context, {
      ...options,
      authorize: async (request) => withinPlan(context.plan, await authorize?.(request)),
    })
  }

  begin(): void {
    this.open += 1
  }

  end(): void {
    this.open -= 1
    if (this.open === 0) this.tell?.()
  }

  /** Resolves when no call is open. */
  ended(): Promise<void> {
    if (this.open === 0) return Promise.resolve()
    return new Promise((resolve) => (this.tell = resolve))
  }
}

/** Nothing reaches a provider that the options do not name. */
function withinPlan({ named }: Plan, access: Access = {}): Access {
  return {
    ...access,
    admit(model) {
      if (!named.allow(model))
        throw new TracestitchError(`the model \`${model}\` is not served here; GET /v1/models lists those that are`, {
          status: 404,
          code: 'model_not_found',
        })
      access.admit?.(model)
    },
  }
}
