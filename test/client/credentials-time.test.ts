/** Who gives the key fails, hangs or gives rubbish: a typed error in time, the next target, and no key that anybody sees. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Client, ClientOptions } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { clientOfPair, faultPair, messages } from './fault-pair.js'
import { eventually, turn } from '../support/eventually.js'

const time = holdTime()
const pair = faultPair()
/** Time passes only where it is what ends an attempt. */
const ending = <T>(error: string, call: Promise<T>): Promise<T> =>
  error === 'TimeoutError' ? time.passing(call) : call
const SECRET = 'sk-Quartz.Kappa-5r8Tz1Lm'

type Provider = NonNullable<ClientOptions['providers']>[string]
type Sources = Readonly<Record<string, Provider>>

/** A client of targets whose credentials come from somewhere else, and of one that answers. */
function clientWith(sources: Sources, options: ClientOptions = {}): Client {
  const bad = Object.entries(sources).map(([id, own]) => [id, { baseURL: pair.bad.baseURL, ...own }] as const)
  return clientOfPair(pair, {
    providers: { ...Object.fromEntries(bad), good: { baseURL: pair.good.baseURL, apiKey: 'k' } },
    models: { both: [...Object.keys(sources).map((id) => `${id}/m`), 'good/m'] },
    cooldown: false,
    ...options,
  })
}

const caught = (call: Promise<unknown>): Promise<Error & Record<string, unknown>> =>
  call.then(
    () => expect.unreachable('it answered'),
    (error: unknown) => error as Error & Record<string, unknown>,
  )

/** Everything that a log may show of an error. */
const shown = (error: Error): string =>
  `${String(error)} ${error.stack} ${JSON.stringify(error)} ${inspect(error, { depth: 10, showHidden: true })}`

const never = (): Promise<never> => new Promise(() => {})
const refused = (): Error => Object.assign(new Error(`no, ${SECRET}`), { token: SECRET, config: { auth: [SECRET] } })

interface Fault {
  readonly name: string
  readonly give: () => unknown
  readonly error: 'CredentialsError' | 'TimeoutError'
}

/** Only what hangs is ended by its time. */
const limitOf = ({ error }: Fault): Provider => (error === 'TimeoutError' ? { timeout: { attempt: 60 } } : {})

/** Of any function that gives something. */
const faults: readonly Fault[] = [
  { name: 'never answers', give: never, error: 'TimeoutError' },
  {
    name: 'throws',
    give: () => {
      throw refused()
    },
    error: 'CredentialsError',
  },
  { name: 'rejects', give: () => Promise.reject(refused()), error: 'CredentialsError' },
  { name: 'gives undefined', give: () => undefined, error: 'CredentialsError' },
  { name: 'gives null later', give: () => Promise.resolve(null), error: 'CredentialsError' },
  { name: 'gives a number', give: () => 7, error: 'CredentialsError' },
]

const keyFaults: readonly Fault[] = [
  ...faults,
  { name: 'gives an empty text', give: () => '', error: 'CredentialsError' },
  { name: 'gives white space', give: () => Promise.resolve(' \n'), error: 'CredentialsError' },
  { name: 'gives an object', give: () => ({ token: SECRET }), error: 'CredentialsError' },
  { name: 'gives a key over two lines', give: () => `${SECRET}\n${SECRET}`, error: 'CredentialsError' },
  { name: 'gives a key with a letter of no header', give: () => `${SECRET}\u2026`, error: 'CredentialsError' },
]

const awsFaults: readonly Fault[] = [
  ...faults,
  { name: 'gives nothing in it', give: () => ({}), error: 'CredentialsError' },
  { name: 'gives half', give: () => ({ accessKeyId: SECRET }), error: 'CredentialsError' },
  {
    name: 'gives an empty half',
    give: () => ({ accessKeyId: SECRET, secretAccessKey: '' }),
    error: 'CredentialsError',
  },
  {
    name: 'gives a token over two lines',
    give: () => ({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: `${SECRET}\n${SECRET}` }),
    error: 'CredentialsError',
  },
  {
    name: 'gives an id with a letter of no header',
    give: () => ({ accessKeyId: `${SECRET}\u2026`, secretAccessKey: 'b' }),
    error: 'CredentialsError',
  },
  {
    name: 'gives halves of a wrong type',
    give: () => ({ accessKeyId: 1, secretAccessKey: [SECRET] }),
    error: 'CredentialsError',
  },
]

type Ask = (ai: Client, model: string) => Promise<{ readonly _meta?: { attempts: readonly object[] } | undefined }>
const asks: Readonly<Record<string, Ask>> = {
  plain: (ai, model) => ai.chat.completions.create({ model, messages }),
  stream: async (ai, model) => {
    const stream = await ai.chat.completions.create({ model, messages, stream: true })
    for await (const _ of stream) void _
    return stream
  },
}

const table = Object.entries(asks).flatMap(([kind, ask]) => [
  ...keyFaults.map((fault) => ({
    ...fault,
    kind,
    ask,
    what: 'apiKey',
    sources: { odd: { apiKey: fault.give as never, ...limitOf(fault) } } as Sources,
  })),
  ...awsFaults.map((fault) => ({
    ...fault,
    kind,
    ask,
    what: 'AWS credentials',
    sources: {
      bedrock: { credentials: fault.give as never, variables: { region: 'eu-west-1' }, ...limitOf(fault) },
    } as Sources,
  })),
])

describe.each(table)('$what, $kind: a function that $name', ({ sources, ask, error }) => {
  const id = Object.keys(sources)[0] ?? ''

  test('the next target answers', async () => {
    const ai = clientWith(sources)
    const { _meta: meta } = await ending(error, ask(ai, 'both'))
    expect(meta?.attempts).toMatchObject([
      { target: `${id}/m`, error },
      { target: 'good/m', status: 200 },
    ])
    expect(pair.bad.seen).toEqual([])
    expect(ai.health().targets.map(({ inFlight }) => inFlight)).toEqual([0, 0])
  })

  test('alone it is a typed error, which shows no secret', async () => {
    const failure = await caught(ending(error, ask(clientWith(sources), `${id}/m`)))
    expect(failure).toMatchObject({ name: error, provider: id, model: 'm' })
    if (error === 'TimeoutError') expect(failure).toMatchObject({ limit: 'attempt' })
    else expect(failure['path']).toMatch(/^providers\.\w+\.(apiKey|credentials)/)
    expect(shown(failure)).not.toContain('Quartz')
  })
})

describe('time', () => {
  const odd = (give: () => unknown): Sources => ({ odd: { apiKey: give as never } })
  const late = async (): Promise<string> => {
    await time.after(80)
    return SECRET
  }

  test('without a limit, getting a key never uses up the time that the next target needs', async () => {
    const { _meta: meta } = await time.passing(asks['plain']!(clientWith(odd(never), { timeout: 400 }), 'both'))
    expect(meta?.attempts).toMatchObject([{ error: 'TimeoutError' }, { status: 200 }])
  })

  test.each([
    ['attempt', { attempt: 30 }],
    ['firstChunk', { firstChunk: 30 }],
    ['total', { total: 30 }],
  ] as const)('`timeout.%s` ends it', async (limit, timeout) => {
    const failure = await caught(time.passing(asks['stream']!(clientWith(odd(late), { timeout }), 'odd/m')))
    expect(failure).toMatchObject({ name: 'TimeoutError' })
    expect(['attempt', limit]).toContain(failure['limit'])
    await time.pass(80)
    expect(pair.bad.seen).toEqual([])
  })

  test('`timeout.connect` is of the connection: a key may take longer', async () => {
    pair.bad.behave = pair.good.behave
    const call = asks['plain']!(clientWith(odd(late), { timeout: { connect: 40 } }), 'odd/m')
    const { _meta: meta } = await time.passing(call)
    expect(meta?.attempts).toHaveLength(1)
    expect(pair.bad.seen[0]?.headers.authorization).toBe(`Bearer ${SECRET}`)
  })

  test.each(Object.entries(asks))('%s: the caller goes away while a key is asked for', async (_, ask) => {
    const controller = new AbortController()
    let asked = 0
    const ai = clientWith(
      odd(() => {
        asked += 1
        setTimeout(() => controller.abort(new Error('gone')), 10)
        return time.after(50).then(() => Promise.reject(refused()))
      }),
    )
    const watched = {
      ...ai,
      chat: {
        completions: {
          create: (body: object) => ai.chat.completions.create(body as never, { signal: controller.signal }),
        },
      },
    } as unknown as Client
    expect(await caught(time.passing(ask(watched, 'both')))).toMatchObject({ message: 'gone' })
    // What the function says later is nobody's; `faultPair` looks for rejections.
    await time.pass(60)
    expect([asked, pair.bad.seen.length, pair.good.seen.length]).toEqual([1, 0, 0])
    expect(ai.health().targets.every(({ inFlight }) => inFlight === 0)).toBe(true)
  })

  test('a caller that aborts does not affect the others', async () => {
    pair.bad.behave = pair.good.behave
    const controller = new AbortController()
    const ai = clientWith(odd(late))
    const body = { model: 'odd/m', messages }
    const gone = caught(ai.chat.completions.create(body, { signal: controller.signal }))
    const stays = ai.chat.completions.create(body)
    controller.abort()
    expect(await gone).toMatchObject({ name: 'AbortError' })
    expect((await time.passing(stays))._meta.attempts).toMatchObject([{ status: 200 }])
  })

  test('a key that is renewed after a 401, and never comes', async () => {
    pair.bad.behave = (_, response) => void response.writeHead(401).end('{"error":{"message":"no"}}')
    const give = ({ refresh }: { refresh: boolean }): unknown => (refresh ? never() : SECRET)
    const ai = clientWith({ odd: { apiKey: give as never, timeout: { attempt: 60 } } })
    const { _meta: meta } = await time.passing(asks['plain']!(ai, 'both'))
    expect(meta?.attempts).toMatchObject([{ target: 'odd/m', error: 'TimeoutError' }, { status: 200 }])
  })
})

describe('a metadata server', () => {
  let server: Server
  let answer: RequestListener
  let asked: number

  // Loaded on first need, which may take longer than the limits here.
  beforeAll(() => Promise.all([import('google-auth-library'), import('@aws-sdk/credential-providers')]))
  beforeEach(async () => {
    asked = 0
    server = createServer((request, response) => {
      asked += 1
      answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const name of Object.keys(process.env)) if (/^(AWS|GOOGLE|GCLOUD)_/.test(name)) vi.stubEnv(name, undefined)
    // As on Google's machines, and in a container of AWS.
    vi.stubEnv('GCE_METADATA_HOST', host)
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present')
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'p')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://${host}/credentials`)
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', SECRET)
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent')
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent')
    vi.stubEnv('CLOUDSDK_CONFIG', '/nonexistent')
    vi.stubEnv('HOME', '/nonexistent')
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const clouds = { vertex: {}, bedrock: { variables: { region: 'eu-west-1' } } } as const
  const refusal = JSON.stringify({
    error: 'denied',
    error_description: `no ${SECRET}`,
    access_token: null,
    message: SECRET,
  })

  const metadataFaults: readonly (readonly [string, RequestListener, string])[] = [
    ['takes the request and never answers', () => {}, 'TimeoutError'],
    [
      'sends headers and stalls',
      (_, response) => void response.writeHead(200, { 'metadata-flavor': 'Google' }).flushHeaders(),
      'TimeoutError',
    ],
    ['says 403', (_, response) => void response.writeHead(403).end(refusal), 'CredentialsError'],
    ['says 404', (_, response) => void response.writeHead(404).end(refusal), 'CredentialsError'],
    [
      'says something else',
      (_, response) =>
        void response.writeHead(200, { 'content-type': 'application/json', 'metadata-flavor': 'Google' }).end(refusal),
      'CredentialsError',
    ],
  ]

  describe.each(Object.entries(clouds))('of %s', (id, own) => {
    test.each(metadataFaults)('%s: the next target answers, and nothing is shown', async (_, listener, error) => {
      answer = listener
      const ai = clientWith({ [id]: { ...own, timeout: { attempt: error === 'TimeoutError' ? 600 : 20_000 } } })
      const call = asks['plain']!(ai, 'both')
      await eventually(() => asked > 0, 'the server was asked')
      // The clouds' own libraries try again after a while, and have limits that no test holds.
      if (error === 'TimeoutError') await time.advance(600)
      const { _meta: meta } = await time.passing(call)
      expect(meta?.attempts).toMatchObject([
        { target: `${id}/m`, error },
        { target: 'good/m', status: 200 },
      ])
      const alone = caught(asks['plain']!(ai, `${id}/m`))
      await turn()
      if (error === 'TimeoutError') await time.advance(600)
      const failure = await time.passing(alone)
      expect(failure).toMatchObject({ name: error, provider: id, model: 'm' })
      expect(shown(failure)).not.toContain('Quartz')
      expect(pair.bad.seen).toEqual([])
    })
  })
})
