/** The rows that every store and every memory must meet, written once over its own calls. */
import type { ExpectedSpan, Kit, Row } from './integration.js'

export interface StepErrors {
  /** `error.type` for each failing status, and a connection that is reset. */
  readonly bad: string | RegExp
  readonly key: string | RegExp
  readonly server: string | RegExp
  readonly reset: string | RegExp
}

export interface StepCalls<Client> {
  readonly search: (client: Client) => Promise<unknown>
  readonly write: (client: Client) => Promise<unknown>
  readonly searched: ExpectedSpan
  readonly written: ExpectedSpan
  readonly errors: StepErrors
}

export interface StoreCalls<Client> extends Pick<StepCalls<Client>, 'search' | 'write' | 'errors'> {
  /** Value of `db.system.name`. */
  readonly system: string
  /** Name of the collection, or what the spans have in its place. */
  readonly target: string
  /** Values of `db.operation.name`. The search has `top_k` 2, and two records are written. */
  readonly operations: { readonly search: string; readonly write: string }
  /** Further attributes of a search; content among them. */
  readonly found: Readonly<Record<string, unknown>>
}

export function storeRows<Client>(calls: StoreCalls<Client>): Row<Client>[] {
  const { system, target, operations } = calls
  const shared = { 'db.system.name': system, 'server.address': '127.0.0.1' }
  const below = `${operations.search} ${target}`
  return [
    ...stepRows({
      ...calls,
      searched: {
        name: `retrieval ${target}`,
        attributes: {
          ...shared,
          'gen_ai.operation.name': 'retrieval',
          'gen_ai.data_source.id': target,
          'gen_ai.provider.name': system,
          'gen_ai.retrieval.top_k': 2,
          'db.operation.name': operations.search,
          ...calls.found,
        },
      },
      written: {
        name: `${operations.write} ${target}`,
        attributes: { ...shared, 'db.operation.name': operations.write, 'db.operation.batch.size': 2 },
      },
    }),
    {
      name: 'a search of a retriever is one retrieval, with a call of the store below it',
      run: (client, kit) => kit.inRetriever('docs of a framework', () => calls.search(client)),
      spans: [{ name: below }],
      tree: ['retrieval docs of a framework [client]', `  ${below} [client]`],
      attributesOf: { [`${below} [client]`]: { ...shared, 'gen_ai.retrieval.top_k': 2 } },
    },
  ]
}

/** Calls as steps: spans, promises, errors, parents. */
export function stepRows<Client>({ search, write, searched, written, errors }: StepCalls<Client>): Row<Client>[] {
  const failed = (error: string | RegExp): ExpectedSpan => ({ name: searched.name, error })
  const errorRow = (behaviour: string, error: string | RegExp): Row<Client> => ({
    name: behaviour.replace('-', ' '),
    behaviour,
    run: (client) => search(client),
    spans: [failed(error)],
  })
  const plainRow = (name: string, run: typeof search, span: ExpectedSpan): Row<Client> => ({
    name,
    run: async (client, kit) => {
      const call = run(client)
      return [kit.shapeOf(call), await call, await call]
    },
    spans: [span],
  })
  const atOnce = Array.from({ length: 20 }, (_, i) => `parent ${String.fromCharCode(97 + i)}`)

  return [
    plainRow('a search', search, searched),
    plainRow('a write', write, written),
    {
      name: '20 calls at once keep their own parents',
      run: (client, kit: Kit) => Promise.all(atOnce.map((name) => kit.inSpan(name, () => search(client)))),
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
        void search(client)
        return 'done'
      },
      spans: [failed(errors.bad)],
    },
    {
      name: '.catch() and .finally()',
      behaviour: 'error-401',
      run: async (client, kit) => {
        let ran = false
        const error = await search(client)
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
