/**
 * `tracestitch/core` where there is no Node: in browsers and on edge runtimes. The place is a V8 context that has what these
 * have, and none of Node's globals. Needs the built package.
 */
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { startModelServer, type ModelServer } from '../support/model-server.js'

const program = `
  import { createClientWith, trace, withContext, ProviderError } from 'tracestitch/core'
  import { anthropicMessages, openaiChat } from 'tracestitch/protocols'
  import { anthropic, openai } from 'tracestitch/providers'

  const createClient = createClientWith({ protocols: [anthropicMessages, openaiChat], providers: [anthropic, openai] })
  const messages = [{ role: 'user', content: 'Hello' }]

  globalThis.run = async (origin) => {
    const ai = createClient({
      providers: {
        openai: { apiKey: 'sk-test', baseURL: origin + '/v1' },
        anthropic: { apiKey: 'sk-ant-test', baseURL: origin },
      },
      models: { smart: [{ model: 'openai/gpt-5-mini', limits: { rpm: 60, concurrent: 2 } }] },
      budgets: [{ usd: 1, per: 'day' }],
    })
    const plain = await ai.chat.completions.create({ model: 'anthropic/claude-sonnet-4-6', messages })
    const stream = await ai.chat.completions.create({ model: 'smart', messages, stream: true })
    let text = ''
    for await (const { choices } of stream) text += choices[0]?.delta?.content ?? ''
    const inner = await withContext({ user: 'ann' }, () => trace('step', async () => 'traced'))
    const wrong = await createClient({ providers: { openai: { apiKey: 'sk-test-wrong', baseURL: origin + '/nowhere' } }, })
      .chat.completions.create({ model: 'openai/gpt-5-mini', messages })
      .catch((error) => error)
    return JSON.stringify({
      plain: [plain.choices[0].message.content.length > 0, plain._meta.provider, plain._meta.cost.usd > 0],
      stream: [text.length > 0, stream._meta?.provider],
      inner,
      wrong: wrong instanceof ProviderError && wrong.status,
    })
  }
`

/** Globals of browsers and edge runtimes alike: https://min-common-api.proposal.wintertc.org/ */
const COMMON = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'DOMException',
  'Event',
  'EventTarget',
  'FormData',
  'Headers',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextDecoderStream',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'WritableStream',
  'atob',
  'btoa',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'performance',
  'queueMicrotask',
  'setInterval',
  'setTimeout',
  'structuredClone',
] as const

let server: ModelServer
let code = ''

beforeAll(async () => {
  server = await startModelServer()
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    conditions: ['worker', 'browser'],
    // From what is built: by our own compiler settings the package would be its sources.
    tsconfigRaw: '{}',
  })
  code = outputFiles[0]?.text ?? ''
})
afterAll(() => server.close())

type Place = Record<string, unknown>

const browser = (): Place =>
  createContext(Object.fromEntries(COMMON.map((name) => [name, (globalThis as Place)[name]])))

/** What the edge runtime of Next.js puts in the place of much that Node has: https://nextjs.org/docs/app/api-reference/edge */
const REFUSED = [
  'clearImmediate',
  'setImmediate',
  'BroadcastChannel',
  'CompressionStream',
  'MessageChannel',
  'MessagePort',
]

function edgeOfNext(): Place {
  const refuse = (name: string) => (): never => {
    throw new Error(`A Node.js API is used (${name}) which is not supported in the Edge Runtime.`)
  }
  const processLike: Place = { env: { NEXT_RUNTIME: 'edge' } }
  for (const name of Object.keys(process)) {
    if (name !== 'env')
      processLike[name] = typeof Reflect.get(process, name) === 'function' ? refuse(`process.${name}`) : undefined
  }
  return Object.assign(
    browser(),
    { process: processLike, Buffer },
    Object.fromEntries(REFUSED.map((name) => [name, refuse(name)])),
  )
}

test('a bundle imports no module of Node', () => {
  expect(/(?:require|import)\(?\s*["'](?:node:|fs|path|util|os|crypto)["']?/.exec(code)).toBeNull()
})

test('the test environments have nothing of Node that works', () => {
  const names = ['process', 'Buffer', 'require', 'setImmediate', 'global']
  expect(names.filter((name) => runInContext(`typeof ${name}`, browser()) !== 'undefined')).toEqual([])
  expect(() => runInContext('setImmediate(() => 1)', edgeOfNext())).toThrow('not supported')
  expect(() => runInContext(`process.getBuiltinModule('node:util')`, edgeOfNext())).toThrow('not supported')
})

describe.each([
  ['a browser', browser],
  ['the edge runtime of Next.js', edgeOfNext],
])('%s', (_, place) => {
  test('a client calls over fetch: plain, streamed, refused, and priced', async () => {
    const context = place()
    runInContext(code, context)
    const said = await (context['run'] as (origin: string) => Promise<string>)(server.origin)
    expect(JSON.parse(said)).toEqual({
      plain: [true, 'anthropic', true],
      stream: [true, 'openai'],
      inner: 'traced',
      wrong: 404,
    })
  })
})
