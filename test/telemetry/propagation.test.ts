import { createTraceState, trace, TraceFlags } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { directory } from '../../src/whole-directory.js'
import {
  compilePropagate,
  headersTo,
  traceHeaders,
  type Propagate,
} from '../../src/telemetry/propagation/propagation.js'
import type { Propagation } from '../../src/telemetry/settings.js'
import { spanHarness } from './span-harness.js'

const { identifyHost } = directory

spanHarness()

const allows = (rule: Propagate, url: string, server?: string): Propagation =>
  compilePropagate(rule, identifyHost)(new URL(url), server)

describe('gateways', () => {
  test.each<[string, string | undefined, Propagation]>([
    ['https://api.openai.com/v1', undefined, false],
    ['https://API.OPENAI.COM/v1', undefined, false],
    // A vendor whose servers join the trace.
    ['https://api.anthropic.com/v1', undefined, true],
    ['https://api.anthropic.com/v1', 'api.openai.com', false],
    ['https://x.openai.azure.com/openai', undefined, false],
    ['https://gateway.example/v1', undefined, true],
    ['http://127.0.0.1:4000/v1', undefined, true],
    ['http://[::1]:4000/v1', '::1', true],
    ['https://gateway.example/v1', 'gateway.example', true],
    // On the way to the gateway: a token, a redirect, somebody's analytics.
    ['https://login.microsoftonline.com/token', 'gateway.example', false],
    ['https://gateway.example/v1', 'api.openai.com', false],
    ['http://localhost:9999/v1', 'gateway.example', true],
    ['http://127.0.0.1.evil.example/', 'gateway.example', false],
    ['https://api.openai.com/v1', 'api.openai.com', false],
    // A store that its maker runs, and one that the program's owner does.
    ['https://docs-1a2b.svc.us-east-1.pinecone.io/query', undefined, false],
    ['https://qdrant.example/collections/docs/points/query', undefined, true],
    // A gateway that links its spans by headers of its own.
    ['https://gateway.ai.cloudflare.com/v1', undefined, 'own'],
    ['https://gateway.ai.cloudflare.com/v1', 'gateway.ai.cloudflare.com', 'own'],
    ['https://gateway.ai.cloudflare.com/v1', 'gateway.example', false],
    ['https://api.portkey.ai/v1', undefined, true],
  ])('%s in a call to %s: %s', (url, server, allowed) => {
    expect(allows('gateways', url, server)).toBe(allowed)
  })
})

describe('forms of the option', () => {
  test.each<[string, Propagate, string, boolean]>([
    ['all', 'all', 'https://api.openai.com/', true],
    ['none', 'none', 'http://localhost/', false],
    ['empty list', [], 'http://localhost/', false],
    ['host', ['gw.example'], 'https://gw.example:8443/v1', true],
    ['host in capitals', ['GW.Example'], 'https://gw.example/v1', true],
    ['host and port', ['gw.example:8443'], 'https://gw.example:8443/v1', true],
    ['another port', ['gw.example:8443'], 'https://gw.example:9000/v1', false],
    ['another host', ['gw.example'], 'https://other.gw.example/v1', false],
    ['IPv6', ['::1'], 'http://[::1]:1/v1', true],
    ['beginning of a URL', ['https://gw.example/v1'], 'https://gw.example/v1/chat', true],
    ['beginning of a URL, exactly', ['https://gw.example/v1'], 'https://gw.example/v1?x=1', true],
    ['another path', ['https://gw.example/v1'], 'https://gw.example/v10/chat', false],
    ['origin', ['https://gw.example'], 'https://gw.example/anything', true],
    ['a host that begins alike', ['https://gw.example'], 'https://gw.example.evil.example/v1', false],
    ['a host in the place of the password', ['https://gw.example'], 'https://gw.example:x@evil.example/v1', false],
    ['expression', [/gw\d+\.example/], 'https://gw12.example/', true],
    ['expression that does not fit', [/^http:/], 'https://gw.example/', false],
    ['function', (url) => url.endsWith('/yes'), 'https://gw.example/yes', true],
    ['function that says no', () => false, 'https://gw.example/', false],
    ['function that answers with a promise', (async () => true) as never, 'https://gw.example/', false],
    ['function that answers with a word', (() => 'yes') as never, 'https://gw.example/', false],
  ])('%s', (_name, rule, url, allowed) => {
    expect(allows(rule, url)).toBe(allowed)
  })

  test('a global expression gives the same answer each time', () => {
    const decide = compilePropagate([/example/g], identifyHost)
    expect([1, 2, 3].map(() => decide(new URL('https://gw.example/')))).toEqual([true, true, true])
  })

  test('a function that rejects is no unhandled rejection', async () => {
    expect(allows((() => Promise.reject(new Error('no'))) as never, 'https://gw.example/')).toBe(false)
    await new Promise((resolve) => setImmediate(resolve))
  })
})

describe('headers', () => {
  const spanOf = (more: object) =>
    trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED, ...more })
  test.each<[string, object, object | undefined]>([
    ['sampled', {}, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }],
    [
      'not sampled is continued',
      { traceFlags: TraceFlags.NONE },
      { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` },
    ],
    [
      'state',
      { traceState: createTraceState('v=1') },
      { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'v=1' },
    ],
    ['no identity, no headers', { traceId: '0'.repeat(32) }, undefined],
  ])('%s', (_name, more, headers) => {
    expect(traceHeaders(spanOf(more))).toEqual(headers)
  })

  const own = { traceId: 'x-gw-trace', parentSpanId: 'x-gw-parent' }
  const linked = { 'x-gw-trace': 'a'.repeat(32), 'x-gw-parent': 'b'.repeat(16) }
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  const gateway = (hostname: string) =>
    hostname === 'gw.test'
      ? { firstParty: true, traceHeaders: own }
      : hostname === 'vendor.test'
        ? { firstParty: true }
        : undefined
  const to = (rule: Propagate, url: string, more: object = {}, given = {}) =>
    headersTo(spanOf(more), new URL(url), { propagates: compilePropagate(rule, gateway), identifyHost: gateway }, given)

  test.each<[string, Propagate, string, object | undefined]>([
    ['a gateway with headers of its own', 'gateways', 'https://gw.test/v1', linked],
    ['the same, and everything is allowed', 'all', 'https://gw.test/v1', { traceparent, ...linked }],
    ['the same, and nothing is', 'none', 'https://gw.test/v1', undefined],
    ['the same, named', ['gw.test'], 'https://gw.test/v1', { traceparent, ...linked }],
    ['another named', ['other.test'], 'https://gw.test/v1', undefined],
    ['a vendor', 'gateways', 'https://vendor.test/v1', undefined],
    ['a host nobody knows', 'gateways', 'https://who.test/v1', { traceparent }],
  ])('to %s', (_name, rule, url, headers) => {
    expect(to(rule, url)).toEqual(headers)
  })

  test('a span that is not sampled is not sent to a gateway', () => {
    expect(to('gateways', 'https://gw.test/v1', { traceFlags: TraceFlags.NONE })).toBeUndefined()
    expect(to('all', 'https://gw.test/v1', { traceFlags: TraceFlags.NONE })).toEqual({
      traceparent: traceparent.replace(/01$/, '00'),
    })
  })

  test('a known gateway, at its provider’s address', () => {
    expect(to('gateways', 'http://127.0.0.1:8787/v1', {}, { own })).toEqual({ traceparent, ...linked })
  })
})
