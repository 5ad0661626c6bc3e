/** Every HTTP client in a program of its own, as ES module and CommonJS, loaded before `autolog()` and after it. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { recordSpans } from '../../src/testing/record-spans.js'
import { root } from '../architecture/sources.js'
import { listenBoth, type BothHttp } from '../support/both-http.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { startTlsFront, type TlsFront } from '../support/tls-front.js'

interface Client {
  readonly from?: string
  readonly only?: Format
  readonly secure?: boolean
  readonly quiet?: boolean
}
type RecordedSpan = ReturnType<typeof recordSpans>['spans'][number]
type Format = 'esm' | 'cjs'
type Order = 'client first' | 'autolog first'
interface Row {
  readonly outcome: unknown
  readonly spans: readonly RecordedSpan[]
}
interface Output {
  readonly faults: number
  readonly report: Readonly<Record<string, Row>>
}

const NODE = process.env['TRACESTITCH_TEST_NODE'] ?? process.execPath
const folder = join(root, 'test/http-clients')
const { clients } = createRequire(import.meta.url)('./wire-child/clients.cjs') as { clients: Record<string, Client> }

/** Why a client cannot run here. */
function reasonOf({ from }: Client): string | undefined {
  if (from === undefined || from.startsWith('node:')) return undefined
  if (![folder, root].some((at) => existsSync(join(at, 'node_modules', from)))) return 'npm run http-clients'
  const major = Number(process.versions.node.split('.')[0])
  return from === 'undici-v8' && major < 22 ? 'undici 8 needs Node 22' : undefined
}

let fake: FakeProvider
let tls: TlsFront
let control: BothHttp
let controlTls: TlsFront
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const zipped = gzipSync(
  JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi' } }],
    usage,
  }),
)

beforeAll(async () => {
  fake = await startFakeProvider()
  tls = await startTlsFront(fake.origin)
  // An answer that is compressed, and how many requests the provider has got.
  control = await listenBoth((request, response) => {
    request.resume().on('end', () => {
      const [, what, run = ''] = (request.url ?? '').split('/')
      if (what === 'requests') return response.end(String(fake.requests(run).length))
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(zipped)
    })
  })
  controlTls = await startTlsFront(control.origin)
})
afterAll(async () => {
  tls.close()
  controlTls.close()
  await control.close()
  await fake.close()
})

let programs = 0

async function run(client: string, format: Format, order: Order): Promise<Output & { readonly id: string }> {
  const id = `p${programs++}`
  const { stdout } = await promisify(execFile)(
    NODE,
    [join(root, `test/autolog/wire-child/program.${format === 'esm' ? 'mjs' : 'cjs'}`)],
    {
      env: {
        ...process.env,
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_NO_WARNINGS: '1',
        WIRE_CLIENT: client,
        WIRE_ORDER: order,
        WIRE_RUN: id,
        WIRE_ORIGIN: fake.origin,
        WIRE_TLS: tls.origin,
        WIRE_CONTROL: control.origin,
        WIRE_CONTROL_TLS: controlTls.origin,
      },
    },
  )
  return { ...(JSON.parse(stdout.slice(stdout.indexOf('@@') + 2)) as Output), id }
}

const counted = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-x',
  'gen_ai.usage.input_tokens': 11,
  'gen_ai.usage.output_tokens': 7,
  'gen_ai.response.finish_reasons': ['stop'],
}
const EXPECTED: Readonly<Record<string, { readonly outcome: unknown; readonly attributes: object }>> = {
  plain: { outcome: 200, attributes: counted },
  stream: {
    outcome: 200,
    attributes: {
      ...counted,
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
    },
  },
  broken: {
    outcome: expect.stringContaining('rejected'),
    attributes: {
      'gen_ai.request.model': 'gpt-x',
      'gen_ai.request.stream': true,
      'error.type': expect.any(String) as string,
    },
  },
  error: { outcome: 401, attributes: { 'error.type': 'invalid_api_key', 'http.response.status_code': 401 } },
  gzip: { outcome: 200, attributes: counted },
  abort: { outcome: expect.stringContaining('rejected'), attributes: { 'gen_ai.request.model': 'gpt-x' } },
  sdk: { outcome: 'answer', attributes: counted },
}

/** The program gets no error, as if it had left the stream itself. */
const QUIET: typeof EXPECTED = { broken: { outcome: 200, attributes: { 'gen_ai.request.model': 'gpt-x' } } }

const FORMATS: readonly (readonly [Format, Order])[] = [
  ['esm', 'client first'],
  ['cjs', 'autolog first'],
]
/** Those whose functions are looked up, or bound, before `autolog()` changes them. */
const MORE: readonly (readonly [Format, Order])[] = [
  ['esm', 'autolog first'],
  ['cjs', 'client first'],
]

const matrix = Object.entries(clients).flatMap(([name, client]) =>
  [...FORMATS, ...(client.from?.startsWith('node:') && !client.secure ? MORE : [])]
    .filter(([format]) => client.only === undefined || client.only === format)
    .map(([format, order]) => ({ name, format, order, quiet: client.quiet, reason: reasonOf(client) })),
)

describe.concurrent('in a program of its own', () => {
  for (const { name, format, order, quiet, reason } of matrix) {
    const title = `${name}, ${format}, ${order}`
    test.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (${reason})`, async () => {
      const { id, faults, report } = await run(name, format, order)
      expect(faults).toBe(0)
      for (const [row, { outcome, attributes }] of Object.entries({ ...EXPECTED, ...(quiet && QUIET) })) {
        const seen = report[row]
        expect([row, seen?.outcome]).toEqual([row, outcome])
        expect([row, seen?.spans.map((span) => span.name)]).toEqual([row, ['chat gpt-x']])
        expect([row, seen?.spans[0]?.attributes]).toMatchObject([row, attributes])
        const isError = outcome === 401 || (typeof outcome !== 'number' && row !== 'sdk')
        expect([row, seen?.spans[0]?.status.code]).toEqual([row, isError ? 'error' : 'unset'])
        if (row === 'gzip') continue
        const [request, ...others] = fake.requests(`${id}-${row}`)
        expect(others).toEqual([])
        expect([row, request?.traceparents]).toEqual([row, 1])
        expect(request?.headers['traceparent']).toContain(seen?.spans[0]?.spanId)
      }
    })
  }
})
