/** The rows of SDKs whose chat is OpenAI's: chat, its errors and streams, and what else they have, each by the same answers. */
import type { IntegrationCase, Row } from './integration.js'
import { plainRows, type PlainCalls } from './plain-rows.js'
import { stainlessRows, type StainlessCalls } from './stainless-rows.js'

/** The part of such a client that the rows use. The SDKs are installed apart, so that their types are not to be had here. */
export interface OpenAIShaped {
  readonly chat: { readonly completions: { create(body: object, options?: object): Promise<unknown> } }
  readonly completions?: { create(body: object): Promise<unknown> }
  readonly embeddings?: { create(body: object): Promise<unknown> }
  readonly responses?: { create(body: object): Promise<unknown> }
  readonly audio?: {
    readonly speech?: { create(body: object): Promise<unknown> }
    readonly transcriptions?: { create(body: object): Promise<unknown> }
  }
  readonly images?: { generate(body: object): Promise<unknown> }
  readonly rerank?: { create(body: object): Promise<unknown> }
  post(path: string, options: object): Promise<unknown>
}

const model = 'llama-4'
const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const chat = { name: `chat ${model}`, usage: [11, 7] as const, finish: ['stop'] }

interface Shape {
  /** `gen_ai.provider.name`. */
  readonly provider: string
  /** Below the client's base URL. */
  readonly chatPath: string
  /** The second argument of a request by path. Default: options with the body. */
  readonly posts?: (body: object) => object
  /** What it has beside chat. */
  readonly has: readonly (keyof typeof more)[]
  /** Its promises and streams are not those of Stainless: `error.type` of what fails then. */
  readonly plain?: PlainCalls<OpenAIShaped>['errors']
  /** Rows that it cannot run, each with the reason. */
  readonly without?: Readonly<Record<string, string>>
}

const more = {
  completions: {
    name: 'completions',
    run: async (client) => client.completions?.create({ model, prompt: 'Say' }),
    spans: [{ name: `text_completion ${model}` }],
  },
  embeddings: {
    name: 'embeddings',
    run: async (client) => client.embeddings?.create({ model, input: 'hello', encoding_format: 'float' }),
    spans: [{ name: `embeddings ${model}`, usage: [5, undefined] }],
  },
  responses: {
    name: 'responses',
    run: async (client) => client.responses?.create({ model, input: 'Say hello.' }),
    spans: [chat],
  },
  responsesStream: {
    name: 'responses stream',
    run: async (client, kit) =>
      kit.collect((await client.responses?.create({ model, input: 'Hi', stream: true })) as AsyncIterable<unknown>),
    spans: [chat],
  },
  speech: {
    name: 'speech',
    run: async (client) => {
      const response = (await client.audio?.speech?.create({ model, input: 'Hello.', voice: 'a' })) as Response
      return [...new Uint8Array(await response.arrayBuffer())]
    },
    spans: [{ name: `generate_content ${model}`, attributes: { 'gen_ai.output.type': 'speech' } }],
  },
  images: {
    name: 'images',
    run: async (client) => client.images?.generate({ model, prompt: 'a cat' }),
    spans: [{ name: `generate_content ${model}`, attributes: { 'gen_ai.output.type': 'image' } }],
  },
  rerank: {
    name: 'rerank',
    run: async (client) => client.rerank?.create({ model, query: 'hello', documents: ['a', 'b'] }),
    spans: [{ name: `rerank ${model}` }],
  },
} satisfies Record<string, Row<OpenAIShaped>>

export function openaiShapedRows({
  provider,
  chatPath,
  posts = (body) => ({ body }),
  has,
  plain,
  without = {},
}: Shape): Row<OpenAIShaped>[] {
  const calls: Omit<PlainCalls<OpenAIShaped>, 'errors'> = {
    span: chat.name,
    usage: chat.usage,
    streamUsage: null,
    finish: chat.finish,
    attributes: {
      'gen_ai.provider.name': provider,
      'gen_ai.response.model': `${model}-2026`,
      'gen_ai.response.id': 'chatcmpl_1',
    },
    plain: (client, options) => client.chat.completions.create({ model, messages }, options),
    stream: (client, options) => client.chat.completions.create({ model, messages, stream: true }, options),
  }
  const ofChat = plain ? plainRows({ ...calls, errors: plain }) : stainlessRows({ ...calls, errors: STAINLESS })
  const rows: Row<OpenAIShaped>[] = [
    ...ofChat,
    {
      name: 'a request by path',
      run: (client) => client.post(chatPath, posts({ model, messages })),
      spans: [chat],
    },
    ...has.map((name): Row<OpenAIShaped> => more[name]),
  ]
  for (const name of Object.keys(without))
    if (!rows.some((row) => row.name === name)) throw new Error(`no row is called ${name}`)
  return rows.map((row) => {
    const reason = without[row.name]
    return reason === undefined ? row : { ...row, skip: () => reason }
  })
}

const STAINLESS: StainlessCalls<OpenAIShaped>['errors'] = {
  bad: 'bad_input',
  key: 'invalid_api_key',
  server: 'server_error',
  rateLimit: 'rate_limit_exceeded',
}

export interface OpenAIShapedSdk {
  readonly default: new (options: object) => OpenAIShaped
}

/** `patched` is read from the class, as only those methods of a version that are there can be patched. */
export function patchedOf(
  sdk: OpenAIShapedSdk,
  holders: readonly string[],
): ReturnType<IntegrationCase<unknown, unknown>['patched']> {
  const at = (path: string): object | undefined =>
    path
      .split('.')
      .reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], sdk.default) as
      | object
      | undefined
  return holders.map((holder) => {
    const [, path = '', method = ''] = /^(.*)\.(\w+)$/.exec(holder) ?? []
    return [(at(path) as { prototype?: object } | undefined)?.prototype, method] as const
  })
}
