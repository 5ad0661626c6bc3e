import { describe, expect, test } from 'vitest'
import { checkOptions } from '../../src/autolog/options.js'
import { ConfigError } from '../../src/kernel/errors.js'

const check = (options: unknown): void => checkOptions(options, ['openai', 'langchain'])

test.each<[string, unknown]>([
  ['nothing', {}],
  ['undefined values', { exporter: undefined, integrations: undefined, redact: undefined }],
  [
    'everything',
    {
      exporter: 'otlp',
      endpoint: 'http://localhost:4318',
      headers: { a: 'b' },
      serviceName: 's',
      resourceAttributes: { a: 1 },
      integrations: { openai: false, langchain: { internals: true } },
      modules: { openai: class {} },
      captureContent: 'both',
      redact: () => null,
      propagate: ['a', /b/],
      semconv: 'both',
      eager: true,
      onSpanStart: () => undefined,
      onSpanEnd: () => undefined,
    },
  ],
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
    [{ exportr: 'otlp' }, 'exportr', 'there is no such option; did you mean `exporter`?'],
    [{ constructor: 1 }, 'constructor', 'there is no such option; use one of exporter, endpoint, '],
    [
      { exporter: 'zipkin' },
      'exporter',
      "expected 'otlp', 'console', 'none', a SpanExporter or a SpanProcessor, got another string",
    ],
    [{ exporter: 5 }, 'exporter', 'got number'],
    [{ endpoint: 'localhost:4318' }, 'endpoint', 'expected a URL such as http://localhost:4318, got string'],
    [{ endpoint: new URL('http://localhost') }, 'endpoint', 'got object'],
    [{ headers: ['a'] }, 'headers', 'got array'],
    [{ serviceName: 5 }, 'serviceName', 'expected a string that is not empty, got number'],
    [{ serviceName: '' }, 'serviceName', 'got an empty string'],
    [{ integrations: { vercel: false } }, 'integrations.vercel', 'use one of openai, langchain'],
    [{ resourceAttributes: 'a=b' }, 'resourceAttributes', 'got string'],
    [{ integrations: ['openai'] }, 'integrations', 'got array'],
    [
      { integrations: { opneai: false } },
      'integrations.opneai',
      'there is no such integration; did you mean `openai`?',
    ],
    [
      { integrations: { openai: 'no' } },
      'integrations.openai',
      'expected true, false or an object of options, got string',
    ],
    [{ integrations: { openai: null } }, 'integrations.openai', 'got null'],
    [{ modules: 'openai' }, 'modules', 'got string'],
    [{ captureContent: true }, 'captureContent', "expected 'none', 'span', 'event' or 'both', got boolean"],
    [{ redact: /secret/ }, 'redact', 'expected a function (part) => part | null, got object'],
    [{ propagate: 'some' }, 'propagate', "expected 'gateways', 'all', 'none', an array"],
    [{ propagate: [5] }, 'propagate', 'got array'],
    [{ semconv: 'v1.30' }, 'semconv', "expected 'latest', 'v1.41' or 'both', got another string"],
    [{ eager: 'yes' }, 'eager', 'expected true or false, got string'],
    [{ onSpanEnd: {} }, 'onSpanEnd', 'expected a function (span) => void, got object'],
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
