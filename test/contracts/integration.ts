/**
 * The contract of an integration. A case describes one SDK; its rows run in child processes, with the real
 * package, bare and instrumented. The program must not be able to tell the two apart, and every model call
 * must be one ended span.
 */

/** What a row may use; in a bare run `inSpan` only calls the function. */
export interface Kit {
  /** Runs `fn` inside a span of the program's own. */
  inSpan<T>(name: string, fn: () => Promise<T>): Promise<T>
  /** Runs `fn` inside a retriever's span, as a framework over a store makes one; in a bare run it only calls the function. */
  inRetriever<T>(name: string, fn: () => Promise<T>): Promise<T>
  /** Settles as `{ value }` or `{ error }`, reduced to what can be compared. */
  outcome(result: unknown): Promise<unknown>
  /** Class and own keys of what an SDK method returned, before it is awaited. */
  shapeOf(value: object): unknown
  /** Everything a stream yields; with `limit`, a `break` after so many. */
  collect(stream: AsyncIterable<unknown>, limit?: number): Promise<unknown[]>
  /** Reads a web or Node stream of bytes to text. */
  text(stream: unknown): Promise<string>
  wait(ms: number): Promise<void>
}

export interface ExpectedSpan {
  readonly name: string
  /** `error.type`; its absence means that the span has no error status. */
  readonly error?: string | RegExp
  /** `[input, output]` tokens, or `null` when the wire never carried usage. */
  readonly usage?: readonly [input: number, output: number | undefined] | null
  /** `null` where the program left the answer before its end: nobody said why it stopped. */
  readonly finish?: readonly string[] | null
  /**
   * The program leaves the answer before its end. On a busy machine all of it may have come by then, with these finish reasons: then
   * nothing was left, and `finish` and `attributes` do not count.
   */
  readonly left?: { readonly finish: readonly string[] | null }
  /** Name of the span that it hangs below. */
  readonly parent?: string
  /** Further attributes that must be there; `{ contains }` for a text of which only a part is known. */
  readonly attributes?: Readonly<Record<string, unknown>>
}

export interface Row<Client> {
  readonly name: string
  /** How the fake provider behaves. Default `ok`. */
  readonly behaviour?: string
  /** Returns what the program sees, for comparison with the bare run. */
  readonly run: (client: Client, kit: Kit) => Promise<unknown>
  readonly spans: readonly ExpectedSpan[]
  /**
   * Every span of the row, one a line, children two spaces further in and sorted: `tools/call add [server]`. With it, `spans`
   * is only about model calls.
   */
  readonly tree?: readonly string[]
  /** Attributes that spans of the tree must have, by the span's line without its indent. */
  readonly attributesOf?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** No request leaves the program. */
  readonly offline?: boolean
  /** Spans of agents, workflows and tools, each as `name < parent's name`. Default: not looked at. */
  readonly steps?: (version: string) => readonly string[]
  /** Spans only end when garbage is collected. */
  readonly collectGarbage?: boolean
  /** Reason why a version cannot run this row, or `undefined`. */
  readonly skip?: (version: string, client: Client) => string | undefined
}

export interface IntegrationCase<Sdk, Client> {
  readonly id: string
  /** npm name the app imports. */
  readonly package: string
  /** Subpath that the app imports, such as `/inMemory.js`, where the package has no main entry. */
  readonly entry?: string
  /** Neighbour of that package which the integration patches and reports. Default: the package itself. */
  readonly patches?: string
  /** Folder of the application that has the package, for those that are too many for the root. Default: the root. */
  readonly home?: 'test/sdks'
  /** Environment of its processes, such as what keeps an SDK from calling home. */
  readonly env?: Readonly<Record<string, string>>
  /** Folders in node_modules that hold the versions under test, oldest first. All run; the middle ones in fewer variants. */
  readonly installed: readonly string[]
  /** Kinds of application that can load it. Default: both. */
  readonly apps?: readonly ('esm' | 'cjs')[]
  /** What the package comes as, where that is one form only. Default: both. */
  readonly formatOf?: (version: string) => 'esm' | 'cjs' | undefined
  /** Packages that the case imports beside it, and their folders in node_modules. */
  readonly neighbours?: (folder: string) => Readonly<Record<string, string>>
  /** Headers of requests that are others each time, such as a signature and its time. */
  readonly changingHeaders?: readonly string[]
  /** A part of paths that is another one each time, such as the id of a job. */
  readonly changingPath?: RegExp
  readonly client: (sdk: Sdk, baseURL: string) => Client
  /** Every method that is patched, as `[holder, name]`. */
  readonly patched: (sdk: Sdk) => readonly (readonly [object | undefined, string])[]
  readonly rows: readonly Row<Client>[]
}

/** What a child writes: one outcome a row, and the spans it exported. */
export interface ChildReport {
  readonly version: string
  readonly outcomes: Record<string, unknown>
  readonly skipped: Record<string, string>
  /** Row by trace id. */
  readonly traces: Record<string, string>
  readonly spans: readonly ChildSpan[]
  /** Names of spans that never ended, each with its row. */
  readonly open: readonly string[]
  readonly unhandled: readonly string[]
  readonly sameHandle: boolean
  readonly restored: readonly string[]
  readonly report: readonly { status: string; format?: string; version?: string; detail?: string }[]
}

export interface ChildSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly parentName: string | undefined
  readonly kind: number
  readonly status: number
  readonly attributes: Record<string, unknown>
  readonly scope: string
}

export type Mode = 'bare' | 'before' | 'after' | 'hostile'
