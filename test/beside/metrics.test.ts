/** A call that OpenTelemetry's instrumentation of `openai` measures is in `gen_ai.client.*` once. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { withTools } from './installed.js'

const { folder, isInstalled, provider, title } = withTools()

async function countsOf(...flags: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['metrics.cjs', ...flags], {
    cwd: folder,
    env: { ...process.env, PROVIDER_ORIGIN: provider().origin },
  })
  return JSON.parse(stdout)
}

const DURATION = 'gen_ai.client.operation.duration'
const TOKENS = 'gen_ai.client.token.usage'
const expected = (times: number) =>
  Object.fromEntries(
    [
      ...['plain', 'stream', 'error', 'embeddings'].map((model) => `${DURATION} ${model}`),
      ...['plain', 'stream'].flatMap((model) => [`${TOKENS} ${model} input`, `${TOKENS} ${model} output`]),
      `${TOKENS} embeddings input`,
    ].map((name) => [name, times]),
  )

describe.skipIf(!isInstalled)(`${title} metrics`, () => {
  test.each(['before', 'after'])('contrib set up %s autolog(): each call is measured once', async (order) => {
    expect(await countsOf(order)).toEqual(expected(1))
  })

  test('where spans of others are ignored, both measure', async () => {
    expect(await countsOf('before', 'ignore')).toMatchObject({ [`${DURATION} plain`]: 2, [`${TOKENS} plain input`]: 2 })
  })
})
