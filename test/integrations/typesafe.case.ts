import type { IntegrationCase, Row } from '../contracts/integration.js'
import { wholeRows } from '../contracts/whole-rows.js'

type Answer = Promise<unknown> & {
  withResponse(): Promise<{ readonly data: unknown; readonly requestId: string | undefined }>
  asResponse(): Promise<Response>
}

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  systemOne(request: object, options?: object): Answer
  readonly models: { list(): Promise<unknown> }
}

interface Sdk {
  readonly TypeSafeClient: (new (options: object) => Client) & { readonly prototype: object }
}

const model = 'jev-1'
const request = {
  model,
  state: 'I was charged twice.',
  questions: { billing: { type: 'noul', instructions: 'Billing?' } },
}
const decided = {
  name: `decide ${model}`,
  usage: [11, 7] as const,
  attributes: { 'gen_ai.provider.name': 'typesafe', 'gen_ai.response.model': 'jev-1-2026' },
}

const rows: Row<Client>[] = [
  ...wholeRows<Client>({
    call: (client, signal) => client.systemOne(request, signal && { signal }),
    span: decided,
    errors: {
      bad: 'BadRequestError',
      key: 'AuthenticationError',
      server: 'InternalServerError',
      reset: 'APIConnectionError',
      abort: 'APIUserAbortError',
    },
  }),
  {
    name: 'the default model',
    run: (client) => client.systemOne({ ...request, model: undefined }),
    spans: [{ ...decided, name: 'decide jev-latest', attributes: { 'gen_ai.provider.name': 'typesafe' } }],
  },
  {
    name: 'with its response',
    run: async (client) => (await client.systemOne(request).withResponse()).data,
    spans: [decided],
  },
  {
    name: 'asResponse()',
    run: async (client) => (await client.systemOne(request).asResponse()).json(),
    spans: [decided],
  },
  { name: 'a list of models has no span', run: (client) => client.models.list(), spans: [] },
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'typesafe',
  package: '@typesafe-ai/sdk',
  home: 'test/sdks',
  installed: ['@typesafe-ai/sdk'],
  client: (sdk, base) =>
    new sdk.TypeSafeClient({ apiKey: 'test-key', baseURL: `${base}/typesafe`, retry: { maxRetries: 0 } }),
  patched: ({ TypeSafeClient }) => [[TypeSafeClient.prototype, 'fetchWithRetries']],
  rows,
}
export default spec
