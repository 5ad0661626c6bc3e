/** The rows that every SDK with `APIPromise` must meet, written once over the SDK's own calls. */
import type { ExpectedSpan, Row } from './integration.js'
import { expectedSpans, plainRows, type PlainCalls } from './plain-rows.js'

interface ApiPromise extends Promise<unknown> {
  asResponse(): Promise<Response>
  withResponse(): Promise<{ data: unknown; response: Response }>
}

interface SdkStream extends AsyncIterable<unknown> {
  readonly controller: AbortController
  tee(): [SdkStream, SdkStream]
  toReadableStream(): ReadableStream<Uint8Array>
}

export interface StainlessCalls<Client> extends Omit<PlainCalls<Client>, 'errors'> {
  readonly errors: Omit<PlainCalls<Client>['errors'], 'reset' | 'abort'> & { readonly rateLimit: string }
}

const openStream = async (stream: unknown): Promise<SdkStream> => (await stream) as SdkStream

const errors = { reset: /APIConnectionError|ECONNRESET/, abort: 'APIUserAbortError' }

export function stainlessRows<Client>(stainless: StainlessCalls<Client>): Row<Client>[] {
  const calls: PlainCalls<Client> = { ...stainless, errors: { ...stainless.errors, ...errors } }
  const { ok, streamed, abandoned } = expectedSpans(calls)
  const failed = (error: string | RegExp): ExpectedSpan => ({ name: calls.span, error })
  const promise = (value: unknown): ApiPromise => value as ApiPromise

  return [
    ...plainRows(calls),
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
      spans: [abandoned],
    },
    {
      name: '.asResponse() read once, and its reader dropped',
      collectGarbage: true,
      run: async (client) => {
        const { body } = await promise(calls.stream(client)).asResponse()
        return (await (body as unknown as AsyncIterable<unknown>)[Symbol.asyncIterator]().next()).done
      },
      // All of it may have come at once.
      spans: [{ name: calls.span, left: { finish: calls.finish }, attributes: { 'tracestitch.abandoned': true } }],
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
    {
      name: '429 with SDK retries',
      behaviour: 'error-429-once',
      run: async (client) => calls.plain(client, { maxRetries: 2 }),
      spans: [ok],
    },
    {
      name: 'abort before',
      run: (client) => {
        const controller = new AbortController()
        controller.abort()
        return calls.plain(client, { signal: controller.signal }) as Promise<unknown>
      },
      spans: [failed(errors.abort)],
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
      spans: [{ name: calls.span, finish: null }],
    },
  ]
}
