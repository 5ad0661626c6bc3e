/** The rows that every SDK must meet whose calls are whole answers: of sound, pictures, transcripts, documents. */
import type { ExpectedSpan, Row } from './integration.js'

export interface WholeCalls<Client> {
  /** The answer, and its span. */
  readonly call: (client: Client, signal?: AbortSignal) => Promise<unknown>
  readonly span: ExpectedSpan
  /** `error.type` of each failure; none: the SDK takes no signal. */
  readonly errors: {
    readonly bad: string | RegExp
    readonly key: string | RegExp
    readonly server: string | RegExp
    readonly reset: string | RegExp
    readonly abort?: string | RegExp
  }
}

export function wholeRows<Client>({ call, span, errors }: WholeCalls<Client>): Row<Client>[] {
  const failing = (behaviour: string, error: string | RegExp): Row<Client> => ({
    name: behaviour.replace('-', ' '),
    behaviour,
    run: (client) => call(client),
    spans: [{ name: span.name, error }],
  })
  const abort = errors.abort
  return [
    {
      name: 'a call',
      run: async (client, kit) => {
        const promise = call(client)
        return [kit.shapeOf(promise), await promise]
      },
      spans: [span],
    },
    {
      name: 'a call that is awaited twice',
      run: async (client) => {
        const promise = call(client)
        return [await promise, await promise]
      },
      spans: [span],
    },
    failing('error-400', errors.bad),
    failing('error-401', errors.key),
    failing('error-500', errors.server),
    failing('reset', errors.reset),
    ...(abort === undefined
      ? []
      : [
          {
            name: 'abort during',
            behaviour: 'slow',
            run: (client: Client, kit) => {
              const controller = new AbortController()
              void kit.wait(60).then(() => controller.abort())
              return call(client, controller.signal)
            },
            spans: [{ name: span.name, error: abort }],
          } satisfies Row<Client>,
        ]),
    {
      name: 'fire-and-forget rejection',
      behaviour: 'error-400',
      run: async (client, kit) => {
        void call(client)
        await kit.wait(150)
        return 'done'
      },
      spans: [{ name: span.name, error: errors.bad }],
    },
    {
      name: '20 calls at once keep their own parents',
      run: (client, kit) =>
        Promise.all(Array.from({ length: 20 }, (_, i) => kit.inSpan(`parent ${i}`, () => call(client)))),
      spans: Array.from({ length: 20 }, () => span),
    },
  ]
}
