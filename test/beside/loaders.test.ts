/** Loader hooks of other tools, before those of `tracestitch/auto` and after them: an SDK is patched once, and the report says so. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver } from '../../src/testing.js'
import { withTools } from './installed.js'

const { folder, isInstalled, provider, title } = withTools()

const HOOKS: Readonly<Record<string, string>> = {
  OpenTelemetry: './loaders/otel.mjs',
  Sentry: '@sentry/node/import',
  Datadog: 'dd-trace/initialize.mjs',
  Braintrust: 'braintrust/hook.mjs',
}
const cases = Object.keys(HOOKS).flatMap((name) => ['before', 'after'].map((order) => [name, order] as const))

let receiver: OtlpReceiver
beforeAll(async () => {
  receiver = await startOtlpReceiver()
})
afterAll(() => receiver.close())

describe.skipIf(!isInstalled)(title, () => {
  test.each(cases)('%s, whose hooks are there %s ours', async (name, order) => {
    const run = `${name}-${order}-hooks`
    const hooks = [HOOKS[name] ?? '', 'tracestitch/auto']
    if (order === 'after') hooks.reverse()
    const before = receiver.spans.length
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...hooks.flatMap((hook) => ['--import', hook]), 'loaders/main.mjs'],
      {
        cwd: folder,
        env: {
          ...process.env,
          BASE_URL: `${provider().origin}/${run}/ok/v1`,
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          DD_TRACE_AGENT_URL: 'http://127.0.0.1:9',
          DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
        },
      },
    )
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
      text: 'Hello there, friend.',
      report: [{ format: 'esm', status: 'patched' }],
      faults: 0,
    })
    expect(receiver.spans.slice(before).map((span) => span.name)).toEqual(['chat gpt-test'])
    expect(
      provider()
        .requests(run)
        .map(({ traceparents }) => traceparents),
    ).toEqual([1])
  })
})
