import type { ExpectedSpan, IntegrationCase, Row } from '../contracts/integration.js'
import { wholeRows } from '../contracts/whole-rows.js'

type Method = (endpoint: string, options: object) => Promise<unknown>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Fal {
  config(options: object): void
  readonly run: Method
  readonly subscribe: Method
  readonly stream: Method
  readonly queue: { readonly submit: Method; readonly result: Method; readonly status: Method }
}

interface Sdk {
  readonly fal: Fal
}

/** There is one client for all, which each row points at its own address. */
interface Client {
  readonly fal: Fal
}

const model = 'fal-ai/flux/dev'
const input = { prompt: 'a cat' }
const made: ExpectedSpan = {
  name: `generate_content ${model}`,
  usage: null,
  attributes: {
    'gen_ai.provider.name': 'fal_ai',
    'gen_ai.output.type': 'image',
    'tracestitch.usage.generated_images': 2,
  },
}
const untold = (name: string, status?: string): ExpectedSpan => ({
  name,
  usage: null,
  attributes: {
    'gen_ai.provider.name': 'fal_ai',
    ...(status !== undefined && { 'gen_ai.response.status': status }),
  },
})

/** What the program sees: ids are others each time. */
const seen = (result: unknown): unknown => (result as { readonly data: unknown }).data

const rows: Row<Client>[] = [
  ...wholeRows<Client>({
    call: async ({ fal }, abortSignal) => seen(await fal.run(model, { input, ...(abortSignal && { abortSignal }) })),
    span: made,
    errors: { bad: 'ApiError', key: 'ApiError', server: 'ApiError', reset: 'TypeError', abort: 'AbortError' },
  }),
  {
    name: 'subscribe',
    run: async ({ fal }) => seen(await fal.subscribe(model, { input, pollInterval: 5 })),
    spans: [made],
  },
  {
    name: 'a video',
    run: async ({ fal }) => seen(await fal.subscribe('fal-ai/video/pro', { input, pollInterval: 5 })),
    spans: [{ name: 'generate_content fal-ai/video/pro', attributes: { 'gen_ai.output.type': 'video' } }],
  },
  {
    name: 'submit, status and result of the queue, called one by one',
    run: async ({ fal }) => {
      const { request_id: requestId } = (await fal.queue.submit(model, { input })) as { readonly request_id: string }
      const first = await fal.queue.status(model, { requestId })
      const data = seen(await fal.queue.result(model, { requestId }))
      return [(first as { readonly status: string }).status, data, seen(await fal.queue.result(model, { requestId }))]
    },
    spans: [
      untold(made.name, 'in_queue'),
      { ...made, name: `fetch_response ${model}` },
      untold(`fetch_response ${model}`),
    ],
  },
  {
    name: 'a stream that is iterated',
    run: async ({ fal }, kit) => kit.collect((await fal.stream(model, { input })) as AsyncIterable<unknown>),
    spans: [{ ...made, attributes: { 'gen_ai.request.stream': true, 'tracestitch.usage.generated_images': 2 } }],
  },
  {
    name: 'a stream of which the end is awaited',
    run: async ({ fal }) => ((await fal.stream(model, { input })) as { done(): Promise<unknown> }).done(),
    spans: [{ ...made, attributes: { 'gen_ai.request.stream': true } }],
  },
  {
    name: 'a stream that is refused',
    behaviour: 'error-400',
    run: async ({ fal }, kit) =>
      kit.outcome(((await fal.stream(model, { input })) as { done(): Promise<unknown> }).done()),
    spans: [{ name: made.name, error: 'ApiError' }],
  },
]

/** All of its hosts are below one address. */
function pointed(fal: Fal, base: string): Fal {
  fal.config({
    credentials: 'test-key',
    fetch: (url: string, init: RequestInit) =>
      fetch(
        url.replace(/^https:\/\/(\w+\.)?fal\.run/, (_all, sub = '') => `${base}/fal/${String(sub).replace('.', '')}`),
        init,
      ),
  })
  return fal
}

const spec: IntegrationCase<Sdk, Client> = {
  id: 'fal',
  package: '@fal-ai/client',
  home: 'test/sdks',
  installed: ['@fal-ai/client'],
  formatOf: () => 'cjs',
  changingPath: /fal_\d+/,
  client: (sdk, base) => ({
    get fal() {
      return pointed(sdk.fal, base)
    },
  }),
  patched: ({ fal }) => [
    [fal, 'run'],
    [fal, 'subscribe'],
    [fal, 'stream'],
  ],
  rows,
}
export default spec
