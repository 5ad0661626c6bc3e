/** The rows that every store must meet, written once over its own calls. */
import type { ExpectedSpan, Kit, Row } from './integration.js'

export interface StoreCalls<Client> {
  /** Value of `db.system.name`. */
  readonly system: string
  /** Name of the collection, or what the spans have in its place. */
  readonly target: string
  /** One search, with `top_k` 2, of which the fake store finds something. */
  readonly search: (client: Client) => Promise<unknown>
  /** Values of `db.operation.name`. */
  readonly operations: { readonly search: string; readonly write: string }
  /** Further attributes of a search; content among them. */
  readonly found: Readonly<Record<string, unknown>>
  /** Writes two records. */
  readonly write: (client: Client) => Promise<unknown>
  /** `error.type` for each failing status, and a connection that is reset. */
  readonly errors: {
    readonly bad: string | RegExp
    readonly key: string | RegExp
    readonly server: string | RegExp
    readonly reset: string | RegExp
  }
}

export function storeRows<Client>(calls: StoreCalls<Client>): Row<Client>[] {
  const { system, target, operations, errors } = calls
  const searched: ExpectedSpan = {
    name: `retrieval ${target}`,
    attributes: {
      'gen_ai.operation.name': 'retrieval',
      'gen_ai.data_source.id': target,
      'gen_ai.provider.name': system,
      'gen_ai.retrieval.top_k': 2,
      'db.system.name': system,
      'db.operation.name': operations.search,
      'server.address': '127.0.0.1',
      ...calls.found,
    },
  }
  const written: ExpectedSpan = {
    name: `${operations.write} ${target}`,
    attributes: {
      'db.system.name': system,
      'db.operation.name': operations.write,
      'db.operation.batch.size': 2,
      'server.address': '127.0.0.1',
    },
  }
  const failed = (error: string | RegExp): ExpectedSpan => ({ name: searched.name, error })
  const errorRow = (behaviour: string, error: string | RegExp): Row<Client> => ({
    name: behaviour.replace('-', ' '),
    behaviour,
    run: (client) => calls.search(client),
    spans: [failed(error)],
  })
  const atOnce = Array.from({ length: 20 }, (_, i) => `parent ${String.fromCharCode(97 + i)}`)

  return [
    {
      name: 'a search',
      run: async (client, kit) => {
        const call = calls.search(client)
        return [kit.shapeOf(call), await call, await call]
      },
      spans: [searched],
    },
    {
      name: 'a write',
      run: async (client, kit) => {
        const call = calls.write(client)
        return [kit.shapeOf(call), await call]
      },
      spans: [written],
    },
    {
      name: 'a search of a retriever is one retrieval, with a call of the store below it',
      run: (client, kit) => kit.inRetriever('docs of a framework', () => calls.search(client)),
      spans: [{ name: `${operations.search} ${target}` }],
      tree: ['retrieval docs of a framework [client]', `  ${operations.search} ${target} [client]`],
      attributesOf: {
        [`${operations.search} ${target} [client]`]: { 'db.system.name': system, 'gen_ai.retrieval.top_k': 2 },
      },
    },
    {
      name: '20 calls at once keep their own parents',
      run: (client, kit: Kit) => Promise.all(atOnce.map((name) => kit.inSpan(name, () => calls.search(client)))),
      spans: atOnce.map(() => searched),
      tree: atOnce.flatMap((parent) => [parent, `  ${searched.name} [client]`]),
    },
    errorRow('error-400', errors.bad),
    errorRow('error-401', errors.key),
    errorRow('error-500', errors.server),
    errorRow('reset', errors.reset),
    {
      name: 'fire-and-forget rejection',
      behaviour: 'error-400',
      run: async (client) => {
        void calls.search(client)
        return 'done'
      },
      spans: [failed(errors.bad)],
    },
    {
      name: '.catch() and .finally()',
      behaviour: 'error-401',
      run: async (client, kit) => {
        let ran = false
        const error = await calls
          .search(client)
          .finally(() => {
            ran = true
          })
          .catch((thrown: unknown) => kit.outcome(Promise.reject(thrown)))
        return [ran, error]
      },
      spans: [failed(errors.key)],
    },
  ]
}
