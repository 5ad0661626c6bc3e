/** Anthropic's SDKs for the clouds: clients of `@anthropic-ai/sdk` with another way to sign and to address a request. */
import type { IntegrationCase } from './integration.js'
import { stainlessRows, type StainlessCalls } from './stainless-rows.js'

interface Messages {
  create(body: object, options?: object): Promise<unknown>
  stream(body: object): { finalText(): Promise<string> }
}

/** The part that the rows use. The SDKs are installed apart, so that their types are not to be had here. */
export interface AnthropicCloud {
  readonly messages: Messages
  readonly beta: { readonly messages: Messages }
}

type Sdk = Readonly<Record<string, new (options: object) => AnthropicCloud>>

interface Cloud {
  readonly id: string
  readonly package: string
  /** Name of the client's class, which the package exports. */
  readonly client: string
  readonly options: (baseURL: string) => object
  /** `gen_ai.provider.name`. */
  readonly provider: string
  /** `gen_ai.response.model`. Default: as the fake provider makes it of the model. */
  readonly served?: string
  readonly errors?: Partial<StainlessCalls<AnthropicCloud>['errors']>
  readonly changingHeaders?: readonly string[]
}

const model = 'claude-sonnet-4-6'
const body = { model, max_tokens: 64, messages: [{ role: 'user', content: 'Say hello.' }] }
const span = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }

export function anthropicCloudCase(cloud: Cloud): IntegrationCase<Sdk, AnthropicCloud> {
  return {
    id: cloud.id,
    package: cloud.package,
    patches: '@anthropic-ai/sdk',
    home: 'test/sdks',
    installed: [cloud.package],
    ...(cloud.changingHeaders && { changingHeaders: cloud.changingHeaders }),
    client: (sdk, base) => {
      const Client = sdk[cloud.client]
      if (!Client) throw new Error(`${cloud.package} has no ${cloud.client}`)
      return new Client({ ...cloud.options(base), maxRetries: 0 })
    },
    // The methods are those of `@anthropic-ai/sdk`, whose own case looks at them.
    patched: () => [],
    rows: [
      ...stainlessRows<AnthropicCloud>({
        span: span.name,
        usage: span.usage,
        streamUsage: span.usage,
        finish: span.finish,
        attributes: {
          'gen_ai.provider.name': cloud.provider,
          'gen_ai.response.model': cloud.served ?? `${model}-2026`,
          'gen_ai.usage.cache_read.input_tokens': 4,
        },
        plain: (client, options) => client.messages.create(body, options),
        stream: (client, options) => client.messages.create({ ...body, stream: true }, options),
        errors: {
          bad: 'invalid_request_error',
          key: 'authentication_error',
          server: 'server_error',
          rateLimit: 'rate_limit_error',
          ...cloud.errors,
        },
      }),
      {
        name: '.stream() helper',
        run: (client) => client.messages.stream(body).finalText(),
        spans: [span],
      },
      { name: 'beta create', run: (client) => client.beta.messages.create(body), spans: [span] },
    ],
  }
}
