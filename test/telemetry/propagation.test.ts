import { createTraceState, trace, TraceFlags } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { directory } from '../../src/catalogue.js'
import { compilePropagate, traceHeaders, type Propagate } from '../../src/telemetry/propagation.js'
import { spanHarness } from './span-harness.js'

const { identifyHost } = directory

spanHarness()

const allows = (rule: Propagate, url: string, server?: string): boolean =>
  compilePropagate(rule, identifyHost)(new URL(url), server)

describe('gateways', () => {
  test.each<[string, string | undefined, boolean]>([
    ['https://api.openai.com/v1', undefined, false],
    ['https://API.OPENAI.COM/v1', undefined, false],
    ['https://api.anthropic.com/v1', undefined, false],
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
})
