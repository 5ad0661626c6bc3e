/** The rows that every SDK must meet whose calls are promises and whose streams are iterated, written once over its own calls. */
import type { ExpectedSpan, Kit, Row } from './integration.js'

export interface PlainCalls<Client> {
  /** Span name of a call. */
  readonly span: string
  /** Usage of a whole answer, and of a whole stream. */
  readonly usage: readonly [number, number] | null
  readonly streamUsage: readonly [number, number | undefined] | null
  readonly finish: readonly string[] | null
  /** `options`: `maxRetries` and `signal`, as the SDK takes them. */
  readonly plain: (client: Client, options?: CallOptions) => unknown
  readonly stream: (client: Client, options?: CallOptions) => unknown
  /** Streams are generators: one that nobody reads asks for nothing. */
  readonly lazy?: true
  /**
   * For a stream of bytes, of which more is read than the program has asked for: why one that nobody reads on is no garbage, so that
   * its span ends later than a test lasts.
   */
  readonly held?: string
  /** A stream is seen by its bytes, of which more come than the program has asked for: who leaves it may have its end already. */
  readonly readsAhead?: true
  /** Why a stream that ends early cannot be told from a whole one. Default: it can. */
  readonly endless?: string
  readonly attributes?: Readonly<Record<string, unknown>>
  /** `error.type` for each failing status, a connection that is reset, and an abort. */
  readonly errors: {
    readonly bad: string | RegExp
    readonly key: string | RegExp
    readonly server: string | RegExp
    readonly reset: string | RegExp
    readonly abort: string | RegExp
    /** Of an abort that a stream tells its reader. Default: it ends without an error. */
    readonly abortedStream?: string | RegExp
  }
}

export interface CallOptions {
  readonly maxRetries?: number
  readonly signal?: AbortSignal
}

export interface ExpectedSpans {
  /** Of a whole answer, of a whole stream, and of a stream that did not end. */
  readonly ok: ExpectedSpan
  readonly streamed: ExpectedSpan
  readonly cut: ExpectedSpan
  /** Of an answer that the program let go of. */
  readonly abandoned: ExpectedSpan
}

export function expectedSpans<Client>(calls: PlainCalls<Client>): ExpectedSpans {
  return {
    ok: {
      name: calls.span,
      usage: calls.usage,
      finish: calls.finish,
      ...(calls.attributes && { attributes: calls.attributes }),
    },
    streamed: {
      name: calls.span,
      usage: calls.streamUsage,
      finish: calls.finish,
      attributes: { 'gen_ai.request.stream': true },
    },
    cut: { name: calls.span, left: { finish: calls.finish }, ...(!calls.readsAhead && { finish: null }) },
    abandoned: {
      name: calls.span,
      left: { finish: calls.finish },
      finish: null,
      attributes: { 'tracestitch.abandoned': true },
    },
  }
}

export function plainRows<Client>(calls: PlainCalls<Client>): Row<Client>[] {
  const { ok, streamed, cut, abandoned } = expectedSpans(calls)
  const failed = (error: string | RegExp): ExpectedSpan => ({ name: calls.span, error })
  const openStream = async (client: Client, options?: CallOptions): Promise<AsyncIterable<unknown>> =>
    (await calls.stream(client, options)) as AsyncIterable<unknown>

  const errorRow = (behaviour: string, error: string | RegExp): Row<Client> => ({
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
        const call = calls.plain(client) as Promise<unknown>
        return [await call, await call]
      },
      spans: [ok],
    },
    {
      name: 'stream',
      run: async (client, kit) => {
        const stream = await openStream(client)
        return [kit.shapeOf(stream), await kit.collect(stream)]
      },
      spans: [streamed],
    },
    {
      name: 'stream read by hand',
      run: async (client) => {
        const iterator = (await openStream(client))[Symbol.asyncIterator]()
        const items = []
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) items.push(next.value)
        return [items, await iterator.next()]
      },
      spans: [streamed],
    },
    {
      name: 'break out of a stream',
      ...(calls.held !== undefined && { behaviour: 'stall' }),
      run: async (client, kit) => kit.collect(await openStream(client), 2),
      spans: [cut],
    },
    {
      name: 'stream of which one chunk is read and the rest dropped',
      collectGarbage: true,
      skip: () => calls.held,
      run: async (client) => (await (await openStream(client))[Symbol.asyncIterator]().next()).done,
      spans: [abandoned],
    },
    {
      name: 'stream never consumed',
      collectGarbage: true,
      skip: () => calls.held,
      ...(calls.lazy && { offline: true }),
      run: async (client) => {
        await calls.stream(client)
        return 'dropped'
      },
      spans: [abandoned],
    },
    {
      name: 'socket dies mid-stream',
      skip: () => calls.endless,
      behaviour: 'cut',
      run: async (client, kit) => kit.outcome(kit.collect(await openStream(client))),
      spans: [{ ...failed(/./), finish: ['error'] }],
    },
    {
      name: 'stream ends early without an error',
      skip: () => calls.endless,
      behaviour: 'end-early',
      run: async (client, kit) => kit.outcome(kit.collect(await openStream(client))),
      spans: [{ ...failed(/./), finish: ['error'] }],
    },
    errorRow('error-400', calls.errors.bad),
    errorRow('error-401', calls.errors.key),
    errorRow('error-500', calls.errors.server),
    {
      name: 'connection reset',
      behaviour: 'reset',
      run: (client) => calls.plain(client, { maxRetries: 0 }) as Promise<unknown>,
      spans: [failed(calls.errors.reset)],
    },
    {
      name: 'abort during',
      behaviour: 'slow',
      run: (client, kit) => {
        const controller = new AbortController()
        void kit.wait(60).then(() => controller.abort())
        return calls.plain(client, { signal: controller.signal }) as Promise<unknown>
      },
      spans: [failed(calls.errors.abort)],
    },
    {
      name: 'abort during a stream',
      behaviour: 'drip',
      run: async (client, kit) => {
        const controller = new AbortController()
        const stream = await openStream(client, { signal: controller.signal })
        let count = 0
        return kit.outcome(
          (async () => {
            for await (const _ of stream) if (++count === 2) controller.abort()
            return count >= 2
          })(),
        )
      },
      spans: [calls.errors.abortedStream ? { ...cut, error: calls.errors.abortedStream, finish: ['error'] } : cut],
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
        const error = await (calls.plain(client, { maxRetries: 0 }) as Promise<unknown>)
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
