import { describe, expect, it } from 'vitest'
import { readEnvironment, tracesUrl } from '../../src/telemetry/set-up/env.js'

describe('the environment', () => {
  it('has the defaults of the specification', () => {
    expect(readEnvironment({})).toEqual({
      disabled: false,
      exporters: undefined,
      endpoint: undefined,
      headers: {},
      protocol: 'http/protobuf',
      timeoutMs: 10_000,
      compression: 'none',
      tls: {},
      serviceName: undefined,
      resourceAttributes: {},
      batch: { maxQueueSize: 2048, maxExportBatchSize: 512, scheduledDelayMs: 5_000, exportTimeoutMs: 30_000 },
      propagators: ['tracecontext'],
      warnings: [],
    })
  })

  it.each([
    [{ OTEL_SDK_DISABLED: 'TRUE' }, { disabled: true }],
    [{ OTEL_TRACES_EXPORTER: 'otlp, console' }, { exporters: ['otlp', 'console'] }],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { exporters: ['none'] }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '   ' }, { endpoint: undefined }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, { endpoint: new URL('http://c:4318/v1/traces') }],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/intake' },
      { endpoint: new URL('https://t/intake') },
    ],
    [
      {
        OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20a,x-team=red',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-team=blue',
      },
      { headers: { authorization: 'Bearer a', 'x-team': 'blue' } },
    ],
    // Base64 padding is a value, not a separator.
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic YTpi==' }, { headers: { authorization: 'Basic YTpi==' } }],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, { protocol: 'http/json' }],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      { protocol: 'http/protobuf' },
    ],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '1', OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '250' }, { timeoutMs: 250 }],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, { compression: 'gzip' }],
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: '/a.pem', OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: '/k' },
      { tls: { ca: '/a.pem', key: '/k' } },
    ],
    [{ OTEL_SERVICE_NAME: 'shop' }, { serviceName: 'shop' }],
    [
      { OTEL_RESOURCE_ATTRIBUTES: 'a=1, deployment.environment.name=a%2Cb%3D' },
      { resourceAttributes: { a: '1', 'deployment.environment.name': 'a,b=' } },
    ],
    [{ OTEL_PROPAGATORS: 'tracecontext,baggage' }, { propagators: ['tracecontext', 'baggage'] }],
    [{ OTEL_PROPAGATORS: 'none' }, { propagators: [] }],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }, {}],
    [
      { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_SCHEDULE_DELAY: '0' },
      { batch: { maxQueueSize: 10, maxExportBatchSize: 10, scheduledDelayMs: 0, exportTimeoutMs: 30_000 } },
    ],
  ])('reads %j without a warning', (variables, expected) => {
    const environment = readEnvironment(variables as Record<string, string>)
    expect(environment).toMatchObject(expected)
    expect(environment.warnings).toEqual([])
  })

  it.each([
    [{ OTEL_SDK_DISABLED: 'yes' }, { disabled: false }, /^OTEL_SDK_DISABLED is ignored: set true or false$/],
    [{ OTEL_SDK_DISABLED: 'constructor' }, { disabled: false }, /^OTEL_SDK_DISABLED is ignored/],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, { exporters: undefined }, /^OTEL_TRACES_EXPORTER .*otlp, console, none/],
    [{ OTEL_TRACES_EXPORTER: 'otlp,zipkin' }, { exporters: ['otlp'] }, /^OTEL_TRACES_EXPORTER /],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
      { endpoint: undefined },
      /^OTEL_EXPORTER_OTLP_ENDPOINT .*http:\/\/localhost:4318/,
    ],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'nonsense', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' },
      { endpoint: new URL('http://c/v1/traces') },
      /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is ignored/,
    ],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      { protocol: 'http/protobuf' },
      /^OTEL_EXPORTER_OTLP_PROTOCOL=grpc .*4318/,
    ],
    [
      { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'thrift' },
      { protocol: 'http/protobuf' },
      /^OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is ignored/,
    ],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '10s' }, { timeoutMs: 10_000 }, /^OTEL_EXPORTER_OTLP_TIMEOUT is ignored/],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '1e12' }, { timeoutMs: 10_000 }, /^OTEL_EXPORTER_OTLP_TIMEOUT is ignored/],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'br' }, { compression: 'none' }, /^OTEL_EXPORTER_OTLP_COMPRESSION is ignored/],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=1,b' }, { resourceAttributes: {} }, /^OTEL_RESOURCE_ATTRIBUTES is ignored/],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=%E0%A4%A' }, { resourceAttributes: {} }, /^OTEL_RESOURCE_ATTRIBUTES is ignored/],
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, {}, /^OTEL_TRACES_SAMPLER is ignored/],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' }, {}, /^OTEL_TRACES_SAMPLER_ARG /],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' }, {}, /^OTEL_TRACES_SAMPLER_ARG /],
    [{ OTEL_PROPAGATORS: 'b3' }, { propagators: ['tracecontext'] }, /^OTEL_PROPAGATORS /],
    [
      { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '0' },
      { batch: { maxExportBatchSize: 512 } },
      /^OTEL_BSP_MAX_EXPORT_BATCH_SIZE is ignored/,
    ],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '-1' }, { batch: { maxQueueSize: 2048 } }, /^OTEL_BSP_MAX_QUEUE_SIZE is ignored/],
    [
      { OTEL_BSP_MAX_QUEUE_SIZE: '5', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '9' },
      { batch: { maxExportBatchSize: 5 } },
      /lower it$/,
    ],
  ])('says once what is wrong with %j and goes on', (variables, expected, warning) => {
    const environment = readEnvironment(variables as Record<string, string>)
    expect(environment).toMatchObject(expected)
    expect(environment.warnings).toEqual([expect.stringMatching(warning)])
  })

  it.each(['sk-secret-key', 'authorization=sk-secret%E0%A4%A', 'bad name=sk-secret', 'a=sk-secret\nx'])(
    'never quotes a header in its warning: %j',
    (value) => {
      const { warnings, headers } = readEnvironment({ OTEL_EXPORTER_OTLP_HEADERS: `ok=1,${value}` })
      expect(headers).toEqual({ ok: '1' })
      expect(warnings).toEqual([expect.stringContaining('entry 2 of OTEL_EXPORTER_OTLP_HEADERS')])
      expect(warnings.join()).not.toMatch(/secret|bad name/)
    },
  )
})

describe('the traces URL', () => {
  it.each([
    ['http://localhost:4318', 'http://localhost:4318/v1/traces'],
    ['http://localhost:4318/', 'http://localhost:4318/v1/traces'],
    ['https://h/otlp/', 'https://h/otlp/v1/traces'],
    ['https://h/otlp/v1/traces', 'https://h/otlp/v1/traces'],
    ['https://h/v1/traces/', 'https://h/v1/traces'],
    ['https://h/api?project=1', 'https://h/api/v1/traces?project=1'],
  ])('%s goes to %s', (base, url) => {
    expect(tracesUrl(base)?.href).toBe(url)
  })

  it.each(['', 'localhost:4318', 'grpc://h', '/v1/traces'])('%j is none', (base) => {
    expect(tracesUrl(base)).toBeUndefined()
  })
})
