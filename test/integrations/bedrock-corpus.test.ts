/** Every recorded call of Bedrock's runtime, given to the real client and read by the integration. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bedrock } from '../../integrations/bedrock.js'
import { instrumentCall } from '../../src/autolog/calls/instrument-call.js'
import { createPatcher, type PatchSession } from '../../src/autolog/patch/patch.js'
import { corpusIsHere, ROOT } from '../protocols/corpus/files.js'
import { spanHarness } from '../telemetry/span-harness.js'

interface Recorded {
  readonly file: string
  readonly kind: string
  readonly provider: string
  readonly api: string
}

interface Exchange {
  readonly request: { readonly url: string; readonly body?: { readonly json?: object } }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: { readonly json?: unknown; readonly base64?: string }
  }
}

const harness = spanHarness()
let session: PatchSession
beforeAll(() => {
  session = createPatcher({ integration: 'bedrock', format: 'cjs', options: {}, call: instrumentCall })
  bedrock.targets[0]?.instrument(sdk, session.patcher)
})
afterAll(() => session.off())

const COMMANDS = {
  converse: (modelId: string, body: object) => new ConverseCommand({ ...body, modelId } as never),
  'converse-stream': (modelId: string, body: object) => new ConverseStreamCommand({ ...body, modelId } as never),
  invoke: (modelId: string, body: object) => new InvokeModelCommand({ modelId, body: JSON.stringify(body) }),
  'invoke-stream': (modelId: string, body: object) =>
    new InvokeModelWithResponseStreamCommand({ modelId, body: JSON.stringify(body) }),
}

function recordings(): (readonly [string, keyof typeof COMMANDS])[] {
  if (!corpusIsHere) return []
  return readFileSync(`${ROOT}manifest.jsonl`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recorded)
    .filter(({ kind, provider, api }) => kind === 'exchange' && provider === 'bedrock' && api in COMMANDS)
    .map(({ file, api }) => [file, api as keyof typeof COMMANDS] as const)
}

function clientOf({ status, headers, body }: Exchange['response']): BedrockRuntimeClient {
  const bytes = body.base64 === undefined ? Buffer.from(JSON.stringify(body.json)) : Buffer.from(body.base64, 'base64')
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async () => ({ response: { statusCode: status, headers, body: Readable.from([bytes]) } as never }),
    },
  })
}

/** With what was read from and written to the cache. */
function inputIn(headers: Readonly<Record<string, string>>): number | undefined {
  const counts = ['input', 'cache-read-input', 'cache-write-input'].map(
    (name) => headers[`x-amzn-bedrock-${name}-token-count`],
  )
  return counts[0] === undefined ? undefined : counts.reduce((sum, count) => sum + Number(count ?? 0), 0)
}

/** A few recordings have lost their headers, and say nothing of tokens then. */
function counts({ body }: Exchange['response']): boolean {
  return body.base64 !== undefined || /tokens?"|TokenCount"/i.test(JSON.stringify(body.json))
}

describe.skipIf(!corpusIsHere)('recorded calls (skipped where the corpus is not there)', () => {
  test.each(recordings())('%s', async (file, api) => {
    const { request, response } = JSON.parse(readFileSync(ROOT + file, 'utf8')) as Exchange
    const modelId = decodeURIComponent(/\/model\/([^/]+)\//.exec(request.url)?.[1] ?? '')
    harness.use({ capture: 'span' })
    const command = COMMANDS[api](modelId, request.body?.json ?? {})
    const error = await clientOf(response)
      .send(command as ConverseStreamCommand)
      .then(async (result) => {
        const stream = (result.stream ?? (result as { body?: unknown }).body) as AsyncIterable<unknown>
        if (api.endsWith('-stream')) for await (const _piece of stream) void _piece
      })
      .catch((thrown: unknown) => thrown as Error)
    const { attributes, status } = harness.only()
    expect(attributes['gen_ai.request.model']).toBe(modelId)
    expect(attributes).not.toHaveProperty('tracestitch.unread')
    expect(harness.faults()).toBe(0)
    expect([status.code, attributes['error.type']]).toEqual(
      error ? [2, expect.stringMatching(/^[A-Z]\w+$/)] : [0, undefined],
    )
    if (error) return
    const counted = inputIn(response.headers)
    if (counted !== undefined) expect(attributes['gen_ai.usage.input_tokens']).toBe(counted)
    else if (counts(response)) expect(attributes['gen_ai.usage.input_tokens']).toBeTypeOf('number')
    if (attributes['gen_ai.operation.name'] !== 'embeddings') {
      expect(attributes['gen_ai.output.messages']).toContain('"parts"')
      expect(attributes['gen_ai.response.finish_reasons']).toHaveLength(1)
    }
  })
})
