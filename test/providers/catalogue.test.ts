/** Every row holds what its readers rely on. Facts are checked against recorded traffic where there is some. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProviderRow } from '../../src/kernel/provider.js'
import { passthroughs, protocols } from '../../src/protocols/index.js'
import { directory } from '../../src/whole-directory.js'
import { providersById } from '../../src/providers/index.js'
import { bearer } from '../../src/providers/openai-compatible.js'
import { namedOperation } from '../../src/router/base-url.js'

const providers = providersById()

const { identifyHost } = directory

const rows = [...providers.values()]
const ENV_NAME = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/
const HEADER = /^[a-z0-9]+(-[a-z0-9]+)*$/
/** A host, a suffix that begins with a dot, or a pattern with stars. */
const HOST = /^\.?(\*?[a-z0-9*-]+\.)+[a-z]{2,}$/

/** The words of OpenTelemetry's `gen_ai.provider.name` (GenAI conventions 0.1), and `hugging_face`, which is ours. */
const CONVENTIONAL: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  'azure-ai': 'azure.ai.inference',
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  'bedrock-mantle': 'aws.bedrock',
  codestral: 'mistral_ai',
  cohere: 'cohere',
  deepseek: 'deepseek',
  gemini: 'gcp.gemini',
  groq: 'groq',
  huggingface: 'hugging_face',
  'kimi-coding': 'moonshot_ai',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  'moonshot-cn': 'moonshot_ai',
  openai: 'openai',
  perplexity: 'perplexity',
  vertex: 'gcp.vertex_ai',
  'vertex-openai': 'gcp.vertex_ai',
  watsonx: 'ibm.watsonx.ai',
  'watsonx-text': 'ibm.watsonx.ai',
  xai: 'x_ai',
}

const continuesTraces = ({ gateway, joinsTraces }: ProviderRow): boolean =>
  gateway?.traceparent === true || joinsTraces !== undefined

const isLocal = (row: ProviderRow): boolean => row.baseURL.startsWith('http:')

/** The base URL with a plausible value in each place. */
function example(row: ProviderRow): string {
  return Object.keys(row.variables ?? {}).reduce((url, name) => url.replaceAll(`{${name}}`, 'example'), row.baseURL)
}

test('the registry and the folder are one', () => {
  const shared = new Set([
    'store-hosts.ts',
    'host-names.ts',
    'known-hosts.ts',
    'index.ts',
    'rows.ts',
    'directory.ts',
    'openai-compatible.ts',
    'error-codes.ts',
  ])
  const files = readdirSync(new URL('../../src/providers', import.meta.url)).filter((name) => !shared.has(name))
  expect(files.toSorted()).toEqual([...providers.keys()].map((id) => `${id}.ts`).toSorted())
})

test('holds 120 providers and more', () => {
  expect(providers.size).toBeGreaterThanOrEqual(120)
})

test.each([
  ['local servers', ['ollama', 'vllm', 'lmstudio', 'llama-cpp', 'llamafile', 'sglang', 'tgi', 'jan', 'xinference']],
  [
    'gateways',
    [
      'mlflow',
      'litellm',
      'portkey',
      'openrouter',
      'vercel',
      'cloudflare',
      'helicone',
      'tensorzero',
      'kong',
      'databricks',
      'requesty',
    ],
  ],
])('knows the %s', (kind, ids) => {
  const found = ids.map((id) => providers.get(id)).filter((row) => row !== undefined)
  expect(found.map(({ id }) => id)).toEqual(ids)
  if (kind === 'gateways') expect(found.filter(({ gateway }) => gateway === undefined)).toEqual([])
  else expect(found.filter((row) => !isLocal(row))).toEqual([])
})

test.each([
  ['openai-chat', 'openai'],
  ['openai-responses', 'openai'],
  ['anthropic-messages', 'anthropic'],
  ['gemini-generate', 'gemini'],
  ['gemini-embeddings', 'gemini'],
  ['vertex-embeddings', 'vertex'],
  ['bedrock-converse', 'bedrock'],
  ['bedrock-titan-embeddings', 'bedrock'],
  ['bedrock-cohere-embeddings', 'bedrock'],
  ['bedrock-nova-embeddings', 'bedrock'],
  ['cohere-chat', 'cohere'],
  ['voyage-embeddings', 'voyage'],
  ['ollama-chat', 'ollama'],
  ['replicate-predictions', 'replicate'],
] as const)('a provider of the caller’s own that speaks %s takes its key as %s does', (format, id) => {
  const { auth, headers, errorTypeHeader } = protocols[format]
  expect({ auth: auth ?? bearer, headers, errorTypeHeader }).toEqual({
    auth: providers.get(id)?.auth,
    headers: providers.get(id)?.headers,
    errorTypeHeader: providers.get(id)?.errorTypeHeader,
  })
})

test('no base URL ends with an operation', () => {
  const all = [...Object.values(protocols), ...Object.values(passthroughs)]
  const named = rows.filter((row) => namedOperation(example(row), all) !== undefined)
  expect(named.map(({ id }) => id)).toEqual([])
})

describe.each(rows)('$id', (row) => {
  test('has an id, a name and formats', () => {
    expect(row.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(row.name.trim()).toBe(row.name)
    expect(row.name).not.toBe('')
    expect(new Set(row.protocols).size).toBe(row.protocols.length)
    expect(
      row.protocols.filter((name) => !Object.hasOwn(protocols, name) && !Object.hasOwn(passthroughs, name)),
    ).toEqual([])
  })

  test('has a base URL, of which every variable is one of its own', () => {
    const url = new URL(example(row))
    // A query holds what every request says alike, such as a version.
    expect(row.baseURL).toMatch(/^[^?#\s]+[^?#\s/](?:\/\?\w+=\{\w+\})?$/)
    expect(url.href.replace(/\/$/, '')).toBe(example(row))
    if (isLocal(row)) expect(url.hostname).toBe('127.0.0.1')
    else expect(url.protocol).toBe('https:')
    const places = [...row.baseURL.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect([...new Set(places)].toSorted()).toEqual(Object.keys(row.variables ?? {}).toSorted())
    for (const { variable, values, baseURL } of row.baseURLWhere ?? []) {
      expect(row.variables).toHaveProperty([variable])
      expect(values).not.toEqual([])
      const other = [...baseURL.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(Object.keys(row.variables ?? {})).toEqual(expect.arrayContaining(other))
    }
  })

  test('names environment variables, headers and a page as such', () => {
    const names = [
      ...row.env,
      ...(row.baseURLEnv ?? []),
      ...(row.addressEnv ?? []),
      ...Object.values({ ...row.variables, ...row.bodyVariables }).flatMap(({ env }) => env),
    ]
    expect(names.filter((name) => !ENV_NAME.test(name))).toEqual([])
    expect(new Set(row.env).size).toBe(row.env.length)
    const { gateway } = row
    const headers = [
      row.auth.header,
      ...Object.keys(row.headers ?? {}),
      ...(row.idHeaders ?? []),
      ...(row.errorTypeHeader === undefined ? [] : [row.errorTypeHeader]),
      ...(gateway?.idHeaders ?? []),
      ...(gateway?.costHeader ? [gateway.costHeader] : []),
      ...Object.values(gateway?.traceHeaders ?? {}),
    ]
    expect(headers.filter((name) => !HEADER.test(name))).toEqual([])
    expect((gateway?.headerPrefixes ?? []).filter((name) => !/^[a-z0-9-]+-$/.test(name))).toEqual([])
    expect(row.auth.prefix ?? '').toMatch(/^$|^\S+ $/)
    expect(new URL(row.docs).protocol).toBe('https:')
  })

  test('needs a key exactly when it is not a local server', () => {
    expect(row.env.length > 0 && row.keyOptional !== true).toBe(!isLocal(row))
  })

  test('is known by its host, unless that is a local one', () => {
    for (const host of row.hosts ?? []) expect(host).toMatch(HOST)
    const { hostname } = new URL(example(row))
    if (isLocal(row)) {
      expect(row.hosts).toBeUndefined()
      expect(identifyHost(hostname)).toBeUndefined()
    } else if (row.baseURL.startsWith('https://{host}/')) {
      // The host is the deployment's own; its suffixes are tested with the hosts.
      expect(row.hosts?.length).toBeGreaterThan(0)
    } else {
      expect(identifyHost(hostname)).toEqual({
        provider: row.telemetryName ?? row.id,
        firstParty: !continuesTraces(row),
        traceHeaders: row.gateway?.traceHeaders,
        region: row.region?.exec(example(row))?.[1],
        streamOptions: row.quirks?.streamOptions,
      })
    }
  })

  test('has the conventional name in telemetry', () => {
    const name = row.telemetryName ?? row.id
    if (Object.hasOwn(CONVENTIONAL, row.id)) expect(name).toBe(CONVENTIONAL[row.id])
    // Any other name is the id of a row: its own, or that of the vendor's main one.
    else expect([...providers.keys()]).toContain(name)
  })

  test('is data', () => {
    expect(structuredClone(row)).toEqual(row)
  })
})

describe('a host is claimed once, or with the same meaning', () => {
  test.each(rows.flatMap((row) => (row.hosts ?? []).map((host) => [host, row] as const)))('%s', (host, row) => {
    const facts = (other: ProviderRow): unknown => [other.telemetryName ?? other.id, continuesTraces(other)]
    for (const other of rows) if (other.hosts?.includes(host)) expect(facts(other)).toEqual(facts(row))
  })
})

const corpus = fileURLToPath(new URL('../../../shared/fixtures', import.meta.url))

describe.skipIf(!existsSync(corpus))('recorded traffic (../shared/fixtures)', () => {
  interface Recorded {
    readonly provider: string
    readonly url: URL
  }
  const recorded: Recorded[] = []
  for (const provider of existsSync(corpus) ? readdirSync(corpus) : []) {
    const folder = join(corpus, provider, 'exchanges')
    if (!existsSync(folder)) continue
    for (const file of readdirSync(folder)) {
      const { request } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { request?: { url?: string } }
      if (request?.url !== undefined && URL.canParse(request.url))
        recorded.push({ provider, url: new URL(request.url) })
    }
  }

  test('has exchanges of many providers', () => {
    expect(new Set(recorded.map(({ provider }) => provider)).size).toBeGreaterThan(15)
  })

  const known = [...new Set(recorded.map(({ provider }) => provider))].filter((provider) => providers.has(provider))

  test.each(known)('%s was called at a host that the row knows', (provider) => {
    const row = providers.get(provider) as ProviderRow
    const hosts = new Set(recorded.filter((exchange) => exchange.provider === provider).map(({ url }) => url.hostname))
    const isKnown = (host: string): boolean =>
      isLocal(row)
        ? /^(localhost|127\.0\.0\.1)$/.test(host)
        : identifyHost(host)?.provider === (row.telemetryName ?? row.id)
    expect([...hosts].some(isKnown)).toBe(true)
  })
})
