/** The rows that every SDK with `APIPromise` must meet, written once over the SDK's own calls. */
import type { ExpectedSpan, Kit, Row } from './integration.js'

interface ApiPromise extends Promise<unknown> {
  asResponse(): Promise<Response>
  withResponse(): Promise<{ data: unknown; response: Response }>
}

interface SdkStream extends AsyncIterable<unknown> {
  readonly controller: AbortController
  tee(): [SdkStream, SdkStream]
  toReadableStream(): ReadableStream<Uint8Array>
}

export interface StainlessCalls<Client> {
  /** Span name of a call. */
  readonly span: string
  /** Usage of a whole answer, and of a whole stream. */
  readonly usage: readonly [number, number]
  readonly streamUsage: readonly [number, number | undefined] | null
  readonly finish: readonly string[]
  readonly plain: (client: Client, options?: object) => unknown
  readonly stream: (client: Client, options?: object) => unknown
  readonly attributes?: Readonly<Record<string, unknown>>
  /** `error.type` for each failing status. */
  readonly errors: { readonly bad: string; readonly key: string; readonly server: string; readonly rateLimit: string }
}

const openStream = async (stream: unknown): Promise<SdkStream> => (await stream) as SdkStream

export function stainlessRows<Client>(calls: StainlessCalls<Client>): Row<Client>[] {
  const ok: ExpectedSpan = {
    name: calls.span,
    usage: calls.usage,
    finish: calls.finish,
    ...(calls.attributes && { attributes: calls.attributes }),
  }
  const streamed: ExpectedSpan = {
    name: calls.span,
    usage: calls.streamUsage,
    finish: calls.finish,
    attributes: { 'gen_ai.request.stream': true },
  }
  const cut: ExpectedSpan = { name: calls.span, finish: ['error'] }
  const failed = (error: string | RegExp): ExpectedSpan => ({ name: calls.span, error })
  const promise = (value: unknown): ApiPromise => value as ApiPromise

  const errorRow = (behaviour: string, error: string): Row<Client> => ({
    name: behaviour.replace('-', ' '),
    behaviour,
    run: (client) => calls.plain(client, { maxRetries: 0 }) as Promise<unknown>,
    spans: [failed(error)],
  })

  return [
    {
      name: 'create with usage',
      run: async (client, kit) => {
        const call = calls.plain(client)
        return [kit.shapeOf(call as object), await call]
      },
      spans: [ok],
    },
    {
      name: 'create twice awaited',
      run: async (client) => {
        const call = promise(calls.plain(client))
        return [await call, await call]
      },
      spans: [ok],
    },
    {
      name: '.withResponse()',
      run: async (client) => {
        const { data, response } = await promise(calls.plain(client)).withResponse()
        return [data, response.status, response.bodyUsed]
      },
      spans: [ok],
    },
    {
      name: '.asResponse() then json()',
      run: async (client) => {
        const response = await promise(calls.plain(client)).asResponse()
        return [response.status, await response.json(), response.bodyUsed]
      },
      spans: [ok],
    },
    {
      name: '.asResponse() then text()',
      run: async (client) => {
        const response = await promise(calls.plain(client)).asResponse()
        return response.text()
      },
      spans: [ok],
    },
    {
      name: '.asResponse() then reading the body',
      run: async (client, kit) => {
        const response = await promise(calls.plain(client)).asResponse()
        return kit.text(response.body)
      },
      spans: [ok],
    },
    {
      name: '.asResponse() and await',
      run: async (client) => {
        const call = promise(calls.plain(client))
        const response = await call.asResponse()
        return [response.status, await call]
      },
      spans: [ok],
    },
    {
      name: '.asResponse() of a stream then reading the body',
      run: async (client, kit) => {
        const response = await promise(calls.stream(client)).asResponse()
        return kit.text(response.body)
      },
      spans: [streamed],
    },
    {
      name: '.asResponse() never read',
      collectGarbage: true,
      run: async (client) => (await promise(calls.stream(client)).asResponse()).status,
      spans: [{ name: calls.span }],
    },
    {
      name: 'stream',
      run: async (client, kit) => {
        const stream = await openStream(calls.stream(client))
        return [kit.shapeOf(stream), await kit.collect(stream)]
      },
      spans: [streamed],
    },
    {
      name: 'stream read by hand',
      run: async (client) => {
        const iterator = (await openStream(calls.stream(client)))[Symbol.asyncIterator]()
        const items = []
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) items.push(next.value)
        return [items, await iterator.next()]
      },
      spans: [streamed],
    },
    {
      name: 'stream iterated twice',
      run: async (client, kit) => {
        const stream = await openStream(calls.stream(client))
        return [await kit.collect(stream), await kit.outcome(kit.collect(stream))]
      },
      spans: [streamed],
    },
    {
      name: 'break out of a stream',
      run: async (client, kit) => kit.collect(await openStream(calls.stream(client)), 2),
      spans: [cut],
    },
    {
      name: 'stream of which one chunk is read and the rest dropped',
      collectGarbage: true,
      run: async (client) => (await (await openStream(calls.stream(client)))[Symbol.asyncIterator]().next()).done,
      spans: [{ name: calls.span }],
    },
    {
      name: 'stream never consumed',
      collectGarbage: true,
      run: async (client) => {
        await calls.stream(client)
        return 'dropped'
      },
      spans: [{ name: calls.span }],
    },
    {
      name: 'socket dies mid-stream',
      behaviour: 'cut',
      run: async (client, kit) => kit.outcome(kit.collect(await openStream(calls.stream(client)))),
      spans: [{ ...failed(/./), finish: ['error'] }],
    },
    {
      name: 'stream ends early without an error',
      behaviour: 'end-early',
      run: async (client, kit) => kit.outcome(kit.collect(await openStream(calls.stream(client)))),
      spans: [{ ...failed(/./), finish: ['error'] }],
    },
    {
      name: '.toReadableStream()',
      run: async (client, kit) => kit.text((await openStream(calls.stream(client))).toReadableStream()),
      spans: [streamed],
    },
    {
      name: '.toReadableStream() cancelled',
      run: async (client) => {
        const reader = (await openStream(calls.stream(client))).toReadableStream().getReader()
        const first = await reader.read()
        await reader.cancel()
        return first.done
      },
      spans: [{ name: calls.span }],
    },
    {
      name: '.tee()',
      run: async (client, kit) => {
        const [a, b] = (await openStream(calls.stream(client))).tee()
        return Promise.all([kit.collect(a), kit.collect(b)])
      },
      spans: [streamed],
    },
    {
      name: 'stream .withResponse()',
      run: async (client, kit) => {
        const { data, response } = await promise(calls.stream(client)).withResponse()
        return [response.status, await kit.collect(data as SdkStream)]
      },
      spans: [streamed],
    },
    errorRow('error-400', calls.errors.bad),
    errorRow('error-401', calls.errors.key),
    errorRow('error-500', calls.errors.server),
    {
      name: '429 with SDK retries',
      behaviour: 'error-429-once',
      run: async (client) => calls.plain(client, { maxRetries: 2 }),
      spans: [ok],
    },
    {
      name: 'connection reset',
      behaviour: 'reset',
      run: (client) => calls.plain(client, { maxRetries: 0 }) as Promise<unknown>,
      spans: [failed(/APIConnectionError|ECONNRESET/)],
    },
    {
      name: 'abort before',
      run: (client) => {
        const controller = new AbortController()
        controller.abort()
        return calls.plain(client, { signal: controller.signal }) as Promise<unknown>
      },
      spans: [failed('APIUserAbortError')],
    },
    {
      name: 'abort during',
      behaviour: 'slow',
      run: (client, kit) => {
        const controller = new AbortController()
        void kit.wait(60).then(() => controller.abort())
        return calls.plain(client, { signal: controller.signal }) as Promise<unknown>
      },
      spans: [failed('APIUserAbortError')],
    },
    {
      name: 'abort during a stream',
      behaviour: 'drip',
      run: async (client, kit) => {
        const controller = new AbortController()
        const stream = await openStream(calls.stream(client, { signal: controller.signal }))
        let count = 0
        return kit.outcome(
          (async () => {
            for await (const _ of stream) if (++count === 2) controller.abort()
            return count >= 2
          })(),
        )
      },
      spans: [{ name: calls.span, finish: ['error'] }],
    },
    {
      name: 'stream.controller.abort()',
      behaviour: 'drip',
      run: async (client, kit) => {
        const stream = await openStream(calls.stream(client))
        let count = 0
        return kit.outcome(
          (async () => {
            for await (const _ of stream) if (++count === 2) stream.controller.abort()
            return count >= 2
          })(),
        )
      },
      spans: [{ name: calls.span, finish: ['error'] }],
    },
    {
      name: 'fire-and-forget success',
      run: async (client, kit) => {
        void calls.plain(client)
        await kit.wait(150)
        return 'done'
      },
      collectGarbage: true,
      spans: [{ name: calls.span }],
    },
    {
      name: 'fire-and-forget rejection',
      behaviour: 'error-400',
      run: async (client, kit) => {
        void calls.plain(client, { maxRetries: 0 })
        await kit.wait(150)
        return 'done'
      },
      spans: [failed(calls.errors.bad)],
    },
    {
      name: '.catch() and .finally()',
      behaviour: 'error-401',
      run: async (client, kit) => {
        let ran = false
        const error = await promise(calls.plain(client, { maxRetries: 0 }))
          .finally(() => {
            ran = true
          })
          .catch((thrown: unknown) => kit.outcome(Promise.reject(thrown)))
        return [ran, error]
      },
      spans: [failed(calls.errors.key)],
    },
    {
      name: '50 calls at once keep their own parents',
      run: (client, kit: Kit) =>
        Promise.all(
          Array.from({ length: 50 }, (_, i) =>
            kit.inSpan(`parent ${i}`, () => calls.plain(client) as Promise<unknown>),
          ),
        ),
      spans: Array.from({ length: 50 }, () => ok),
    },
  ]
}
