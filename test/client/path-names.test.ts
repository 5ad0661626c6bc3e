/** Names that a caller chooses and that go into the path of a URL: of every provider and format, none leads to another operation. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { ConfigError } from '../../src/kernel/errors.js'
import { pathSegment } from '../../src/kernel/path-segment.js'
import { operationURL } from '../../src/client/transport/url.js'
import { providersById } from '../../src/providers/index.js'

const providers = providersById()

const HOSTILE = [
  '..',
  '.',
  '../admin',
  'a/..',
  'a/../b',
  'a/../../b',
  '../../../v1/files',
  'a/./b',
  'a//b',
  '/a',
  'a/',
  '..\\admin',
  'a\\..\\b',
  '%2e%2e',
  '%2E%2E/admin',
  'a/%2e%2e/b',
  '.%2e/b',
  '%252e%252e%252fb',
  '..%2fadmin',
  'a%2f..%2fb',
  'a%5c..%5cb',
  'a?x=1',
  'a#b',
  'a?key=1#b',
  'a;b=c',
  'a b',
  'a\nb',
  'a\r\nx: y',
  'a\0b',
  'a@evil.example',
  '//evil.example/a',
  'http://evil.example/a',
  '\ud800',
  'deployment/..',
  'deployment/a/../b',
  'deployments/../x',
  'deployments/../../x',
  'deployments/a/b/../../../x',
  'models/../files',
  'tunedModels/..',
  'endpoints/../../x',
  'publishers/google/..',
  'publishers/google/../x',
] as const

type Ask = (ai: ReturnType<typeof createClient>, model: string) => Promise<unknown>
const operations: Readonly<Record<string, Ask>> = {
  chat: (ai, model) => ai.chat.completions.create({ model, messages: [{ role: 'user', content: 'hi' }] }),
  stream: (ai, model) =>
    ai.chat.completions.create({ model, messages: [{ role: 'user', content: 'hi' }], stream: true }),
  embeddings: (ai, model) => ai.embeddings.create({ model, input: 'x' }),
  rerank: (ai, model) => ai.rerank.create({ model, query: 'q', documents: ['d'] }),
  image: (ai, model) => ai.images.generate({ model, prompt: 'p' }),
}

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_REGION', 'us-east-1')
})
afterEach(() => void vi.unstubAllEnvs())

type Found = URL | ConfigError | undefined

/** Asks the provider for a model, and tells where the call went, or the error that kept it here. */
function asker(id: string, ask: Ask): (model: string) => Promise<Found> {
  let url: URL | undefined
  const { variables = {}, bodyVariables = {} } = providers.get(id)!
  const names = [...Object.keys(variables), ...Object.keys(bodyVariables)]
  const options: ClientOptions = {
    providers: {
      [id]: {
        apiKey: async () => 'a-key-of-this-test',
        ...(names.length > 0 && { variables: Object.fromEntries(names.map((name) => [name, 'us-east-1'])) }),
      },
    },
    retries: 0,
    cooldown: false,
    fetch: async (to) => {
      url = new URL(String(to))
      return new Response('{}', { status: 400 })
    },
  }
  const ai = createClient(options)
  return async (model) => {
    url = undefined
    const error: unknown = await ask(ai, `${id}/${model}`).catch((thrown: unknown) => thrown)
    return url ?? (error instanceof ConfigError ? error : undefined)
  }
}

const rows = [...providers.keys()].flatMap((id) => Object.entries(operations).map(([name, ask]) => ({ id, name, ask })))
/** Formats that put the model into the path; of the others one operation is enough to see that they do not. */
const IN_PATH = /bedrock|gemini|vertex|replicate|watsonx/
const asked = rows.filter(({ id, name }) => IN_PATH.test(id) || name === 'chat' || name === 'embeddings')

describe.each(asked)('$id, $name', ({ id, ask }) => {
  test('no name leads elsewhere', async () => {
    const whereTo = asker(id, ask)
    const honest = await whereTo('m0del')
    if (!(honest instanceof URL)) {
      // It has no such operation.
      expect((await whereTo('..')) instanceof URL).toBe(false)
      return
    }
    for (const name of IN_PATH.test(id) ? HOSTILE : HOSTILE.slice(0, 3)) {
      expect({ name, faults: faultsOf(name, await whereTo(name), honest) }).toEqual({ name, faults: [] })
    }
  })
})

/** What is wrong with where a call went, in words. */
function faultsOf(name: string, found: Found, honest: URL): string[] {
  if (found instanceof ConfigError) return found.message.includes('\n') ? ['quotes a line break'] : []
  if (!found) return ['went nowhere, and said nothing']
  const { origin, search, pathname } = found
  const faults = origin === honest.origin && search === honest.search ? [] : [`went to ${found.href}`]
  if (pathname === honest.pathname) return faults
  // The name stands where a harmless one does, or in the place of models that are named in several segments.
  if (!decodeURIComponent(pathname).includes(name.replace(/^models\//, ''))) faults.push(`is not in ${pathname}`)
  if (pathname.split('/').length < honest.pathname.split('/').length) faults.push(`leads up in ${pathname}`)
  if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(pathname)) faults.push(`is a step in ${pathname}`)
  return faults
}

test.each(HOSTILE)('as a segment, %j is encoded or refused', (name) => {
  let segment: string
  try {
    segment = pathSegment(name)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return
  }
  const { pathname, search, hash } = new URL(`http://h/a/${segment}/z`)
  expect([pathname, search, hash]).toEqual([`/a/${segment}/z`, '', ''])
  expect(decodeURIComponent(segment)).toBe(name)
})

test.each(['/a/../b', '/a/%2e%2E/b', '/a/.', '/..', '/a\\..\\b', '/a#b', '/a\nb'])(
  'an operation at %j is refused, whatever made it',
  (path) => {
    expect(() => operationURL('http://h/v1', path)).toThrow(ConfigError)
  },
)

test.each(['..', '.'])('a part %j of a base URL is refused', (account) => {
  const options = { providers: { cloudflare: { apiKey: 'a-key-of-this-test', variables: { account, gateway: 'g' } } } }
  expect(() => createClient(options)).toThrow(/is not a valid part of a URL/)
})
