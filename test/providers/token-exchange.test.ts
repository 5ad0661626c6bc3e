/** Keys that are traded for tokens, and fields of the body that are the account's: IBM's rows, over a `fetch` that answers. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { everything } from '../../src/whole-catalogue.js'
import { createClient } from '../../src/index.js'
import { planProvider } from '../../src/router/provider-plan.js'
import type { ProviderOptions } from '../../src/router/options.js'

const TOKENS = 'https://iam.cloud.ibm.com/identity/token'
const KEY = 'a-key-of-ibm-cloud'
const messages = [{ role: 'user' as const, content: 'hi' }]
const chat = {
  id: 'c',
  model_id: 'ibm/granite',
  created: 1,
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
}

let asked: { url: string; body: string; headers: Headers }[]
let answer: (url: string, count: number) => Response

const fetched: typeof globalThis.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input)
  const body = init?.body instanceof URLSearchParams ? init.body.toString() : String(init?.body)
  asked.push({ url, body, headers: new Headers(init?.headers) })
  return answer(url, asked.filter((one) => one.url === url).length)
}

beforeEach(() => {
  asked = []
  answer = (url, count) =>
    url === TOKENS ? Response.json({ access_token: `eyJtoken${count}`, expires_in: 3600 }) : Response.json(chat)
  vi.stubGlobal('fetch', fetched)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const plan = (options: ProviderOptions, env: Record<string, string> = {}) =>
  planProvider('watsonx-text', options, everything, env)

describe('a key that is traded for tokens', () => {
  test('is sent to the token endpoint alone; the token serves until shortly before its end', async () => {
    vi.useFakeTimers()
    const provider = plan({}, { WATSONX_API_KEY: KEY })
    expect(provider.ready).toBe(true)
    expect(await Promise.all([provider.authorize(), provider.authorize()])).toEqual([
      ['authorization', 'Bearer eyJtoken1'],
      ['authorization', 'Bearer eyJtoken1'],
    ])
    expect(asked.map(({ url }) => url)).toEqual([TOKENS])
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      apikey: KEY,
    })
    vi.advanceTimersByTime(3_200_000)
    expect((await provider.authorize())?.[1]).toBe('Bearer eyJtoken1')
    vi.advanceTimersByTime(200_000)
    expect((await provider.authorize())?.[1]).toBe('Bearer eyJtoken2')
    expect((await provider.authorize(true))?.[1]).toBe('Bearer eyJtoken3')
  })

  test('may be a token already, which is sent as it is', async () => {
    expect(await plan({}, { WATSONX_TOKEN: 'eyJhbGciOi' }).authorize()).toEqual(['authorization', 'Bearer eyJhbGciOi'])
    expect(asked).toEqual([])
  })

  test.each<[string, () => Response, RegExp]>([
    [
      'refused',
      () => Response.json({ errorMessage: `no such key ${KEY}` }, { status: 400 }),
      /refused the key \(400\)/,
    ],
    ['answered with nothing', () => Response.json({}), /without a token/],
    [
      'not reachable',
      () => {
        throw new TypeError('fetch failed')
      },
      /gave no token/,
    ],
  ])('is %s: the error names what to check and holds no key', async (_, answers, says) => {
    answer = answers
    const failure = await Promise.resolve(plan({ apiKey: KEY }).authorize()).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'CredentialsError', provider: 'watsonx-text', message: says })
    expect(String(failure)).toContain('WATSONX_API_KEY')
    expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain(KEY)
  })
})

test('the account’s fields go into each body, beneath those of the call', async () => {
  const provider = { apiKey: KEY, variables: { region: 'eu-de', project_id: 'mine' } }
  const ai = createClient({ retries: 0, providers: { 'watsonx-text': provider } })
  const result = await ai.chat.completions.create({ model: 'watsonx-text/ibm/granite', messages })
  expect(result.choices[0]?.message.content).toBe('hello')
  const [, sent] = asked
  expect(sent?.url).toBe('https://eu-de.ml.cloud.ibm.com/ml/v1/text/chat?version=2025-02-11')
  expect(sent?.headers.get('authorization')).toBe('Bearer eyJtoken1')
  expect(JSON.parse(sent?.body ?? '')).toEqual({ model_id: 'ibm/granite', messages, project_id: 'mine' })

  await ai.chat.completions.create({ model: 'watsonx-text/ibm/granite', messages }, { extra_body: { project_id: 'p' } })
  expect(JSON.parse(asked[2]?.body ?? '')).toMatchObject({ project_id: 'p' })
  await ai.chat.completions.create({ model: 'watsonx-text/deployment/d1', messages })
  expect(asked[3]?.url).toBe('https://eu-de.ml.cloud.ibm.com/ml/v1/deployments/d1/text/chat?version=2025-02-11')
  expect(JSON.parse(asked[3]?.body ?? '')).toEqual({ messages })
})

test('a variable that the row does not have is refused, with those it has', () => {
  expect(() => plan({ variables: { project: 'x' } })).toThrow(/it takes region, version, project_id, space_id/)
})
