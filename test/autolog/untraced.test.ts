/** Model calls that leave outside any span are said once a host, by name, and nothing else is. */
import { context, trace } from '@opentelemetry/api'
import { createServer } from 'node:http'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { integrations } from '../../integrations/index.js'
import { unsupported } from '../../integrations/shared/unsupported.js'
import { UntracedCalls, type UntracedOptions } from '../../src/autolog/untraced.js'
import { autolog } from '../../src/index.js'
import { startCall } from '../../src/telemetry/call.js'
import { directory } from '../../src/whole-directory.js'
import { recordSpans } from '../../src/testing/record-spans.js'

const lines: string[] = []
beforeEach(() => {
  lines.length = 0
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
})
afterEach(() => vi.restoreAllMocks())
const said = (): string[] => lines.filter((line) => line.includes('is not traced'))

/** Its provider and its context manager are there for all tests of this file. */
let off: () => void
beforeAll(() => {
  const log = autolog({ exporter: recordSpans() })
  off = () => log.off()
})
afterAll(() => off())

const calls = (more: Partial<UntracedOptions> = {}): UntracedCalls =>
  new UntracedCalls({
    integrations,
    options: undefined,
    identifyHost: directory.identifyHost,
    look: () => false,
    ...more,
  })
const seen = (untraced: UntracedCalls, ...urls: string[]): string[] => {
  for (const url of urls) untraced.seen(new URL(url))
  return untraced.report().map(({ integration, package: name }) => `${integration} ${name}`)
}

describe('a request', () => {
  test.each([
    ['https://api.openai.com/v1/chat/completions', 'openai openai'],
    ['https://api.openai.com/v1/responses', 'openai openai'],
    ['https://name.openai.azure.com/openai/deployments/d/chat/completions?api-version=1', 'openai openai'],
    ['https://api.anthropic.com/v1/messages?beta=true', 'anthropic @anthropic-ai/sdk'],
    [
      'https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse',
      'google-genai @google/genai',
    ],
    [
      'https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse-stream',
      'bedrock @aws-sdk/client-bedrock-runtime',
    ],
    ['https://api.mistral.ai/v1/embeddings', 'mistral @mistralai/mistralai'],
    ['https://api.cohere.com/v2/rerank', 'cohere cohere-ai'],
    ['https://api.groq.com/openai/v1/chat/completions', 'groq groq-sdk'],
    ['https://api.deepseek.com/chat/completions', 'none api.deepseek.com'],
    ['http://10.0.0.7:4000/v1/chat/completions', 'none 10.0.0.7:4000'],
  ])('%s is one', (url, entry) => {
    const untraced = calls()
    expect(seen(untraced, url, url)).toEqual([entry])
    const { host } = new URL(url)
    expect(untraced.report()).toMatchObject([{ status: 'untraced', detail: expect.stringContaining(host) as string }])
    expect(said()).toEqual([expect.stringContaining(`a model call to ${host} is not traced`)])
    expect(said()[0]).not.toContain('api-version')
  })

  test.each([
    'https://api.openai.com/v1/files',
    'https://api.openai.com/v1/batches',
    'https://api.anthropic.com/v1/messages/batches',
    'https://example.com/messages',
    'https://example.com/v1/responses',
    'https://example.com/api/chat',
  ])('%s is none', (url) => {
    expect(seen(calls(), url)).toEqual([])
    expect(said()).toEqual([])
  })

  test("of an integration that is off, or below a layer that is, is nobody's concern", () => {
    const [openai, deepseek] = ['https://api.openai.com/v1/responses', 'https://api.deepseek.com/chat/completions']
    expect(seen(calls({ options: { openai: false } }), openai, deepseek)).toEqual(['none api.deepseek.com'])
    expect(seen(calls({ options: { langchain: false } }), openai, deepseek)).toEqual([])
    expect(seen(calls({ options: { mcp: false } }), openai)).toEqual(['openai openai'])
  })

  test('of an SDK that is found then is traced from there on', () => {
    const found = [true, false]
    const untraced = calls({ look: () => found.shift() === true })
    expect(seen(untraced, 'https://api.openai.com/v1/responses')).toEqual([])
    expect(seen(untraced, 'https://api.openai.com/v1/responses')).toEqual(['openai openai'])
  })

  test('while a call is open may be its own, whose context a queue has lost', () => {
    const call = startCall({ operation: 'chat', provider: 'p', model: 'm', request: undefined, baseURL: undefined })
    expect(seen(calls(), 'https://api.openai.com/v1/responses')).toEqual([])
    call.end()
    expect(seen(calls(), 'https://api.openai.com/v1/responses')).toEqual(['openai openai'])
  })

  test('within the span of another tool that tells of it is traced', () => {
    const span = trace.getTracer('other').startSpan('chat', { attributes: { 'gen_ai.operation.name': 'chat' } })
    context.with(trace.setSpan(context.active(), span), () => {
      expect(seen(calls(), 'https://api.openai.com/v1/responses')).toEqual([])
    })
    span.end()
  })

  test('of many hosts are told of up to a number', () => {
    const urls = Array.from({ length: 200 }, (_, i) => `http://10.0.0.${i}/v1/chat/completions`)
    expect(seen(calls(), ...urls)).toHaveLength(50)
  })
})

test('on the wire: by fetch and by node:http, and not by an SDK that is patched', async () => {
  const server = createServer((asked, answer) => {
    asked.resume()
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [] }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const at = (host: string): string => `http://${host}:${port}/v1`
  await new OpenAI({ apiKey: 'k', baseURL: at('127.0.0.1') }).chat.completions.create({ model: 'm', messages: [] })
  expect(said()).toEqual([])
  await (await fetch(`${at('127.0.0.1')}/chat/completions`, { method: 'POST', body: '{}' })).text()
  await (await fetch(`${at('127.0.0.1')}/chat/completions`, { method: 'POST', body: '{}' })).text()
  expect(said()).toHaveLength(1)
  await new Promise((done) => {
    const asked = request(`${at('localhost')}/chat/completions`, { method: 'POST', family: 4 }, (answer) => {
      answer.resume()
      answer.on('end', done)
    })
    asked.end('{}')
  })
  expect(said()).toHaveLength(2)
  const untraced = autolog().report.filter(({ status }) => status === 'untraced')
  expect(untraced.map(({ package: name }) => name)).toEqual([`127.0.0.1:${port}`, `localhost:${port}`])
  server.closeAllConnections()
  server.close()
})

test('packages without an integration are no others than those with one', () => {
  const served = new Set(integrations.flatMap(({ packages }) => packages))
  expect(unsupported.packages.filter((name) => served.has(name))).toEqual([])
  expect(new Set(unsupported.packages).size).toBe(unsupported.packages.length)
})
