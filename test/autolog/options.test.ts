import { describe, expect, test } from 'vitest'
import { checkOptions } from '../../src/autolog/options.js'
import { ConfigError } from '../../src/kernel/errors.js'

const check = (options: unknown): void => checkOptions(options, ['openai', 'langchain'])

test.each<[string, unknown]>([
  ['nothing', {}],
  ['undefined values', { exporter: undefined, integrations: undefined, redact: undefined }],
  ['everything', {
    exporter: 'otlp', endpoint: 'http://localhost:4318', headers: { a: 'b' }, serviceName: 's', resourceAttributes: { a: 1 },
    integrations: { openai: false, langchain: { internals: true } }, modules: { openai: class {} }, captureContent: 'both',
    redact: () => null, propagate: ['a', /b/], semconv: 'both', eager: true, onSpanStart: () => undefined, onSpanEnd: () => undefined,
  }],
  ['an exporter object', { exporter: { export: () => undefined, shutdown: () => Promise.resolve() } }],
  ['a rule', { propagate: () => true }],
])('takes %s', (_name, options) => {
  expect(() => check(options)).not.toThrow()
})

describe('refuses', () => {
  test.each<[unknown, string, string]>([
    [null, 'autolog(options)', 'got null'],
    ['otlp', 'autolog(options)', 'got string'],
    [[], 'autolog(options)', 'got array'],
    [{ exportr: 'otlp' }, 'exportr', 'known are exporter'],
    [{ constructor: 1 }, 'constructor', 'unknown option'],
    [{ exporter: 'zipkin' }, 'exporter', "use 'otlp', 'console', 'none'"],
    [{ exporter: 5 }, 'exporter', 'got number'],
    [{ endpoint: 'localhost:4318' }, 'endpoint', 'use a URL such as'],
    [{ endpoint: new URL('http://localhost') }, 'endpoint', 'got object'],
    [{ headers: ['a'] }, 'headers', 'got array'],
    [{ serviceName: 5 }, 'serviceName', 'got number; use a string'],
    [{ resourceAttributes: 'a=b' }, 'resourceAttributes', 'got string'],
    [{ integrations: ['openai'] }, 'integrations', 'got array'],
    [{ integrations: { opneai: false } }, 'integrations.opneai', 'known are openai, langchain'],
    [{ integrations: { openai: 'no' } }, 'integrations.openai', 'got string; use true, false or an object'],
    [{ integrations: { openai: null } }, 'integrations.openai', 'got null'],
    [{ modules: 'openai' }, 'modules', 'got string'],
    [{ captureContent: true }, 'captureContent', "use 'none', 'span', 'event', 'both'"],
    [{ redact: /secret/ }, 'redact', 'got object; use a function'],
    [{ propagate: 'some' }, 'propagate', "use 'gateways'"],
    [{ propagate: [5] }, 'propagate', 'got array'],
    [{ semconv: 'v1.30' }, 'semconv', "use 'latest', 'v1.41', 'both'"],
    [{ eager: 'yes' }, 'eager', 'use true or false'],
    [{ onSpanEnd: {} }, 'onSpanEnd', 'use a function (span) => void'],
  ])('%j', (options, path, words) => {
    let error: unknown
    try {
      check(options)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toContain(path)
    expect((error as Error).message).toContain(words)
  })

  test('a value is never shown', () => {
    expect(() => check({ serviceName: { key: 'sk-secret' } })).toThrow(/^(?!.*sk-secret)/)
    expect(() => check({ exporter: 'sk-secret' })).toThrow(/^(?!.*sk-secret)/)
  })
})
