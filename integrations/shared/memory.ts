/**
 * Memories of agents, by the memory spans of the GenAI conventions. An integration is a table of methods, and says of each what it
 * does and where the parts of its request and of its result are.
 */
import {
  asString,
  guard,
  isObject,
  semconv,
  serverAttributes,
  type Args,
  type Patcher,
  type RetrievedDocument,
  type StepDeclaration,
} from '../../src/autolog/contract.js'

/** Values are as the program gave them: those of another type are left out. */
export interface MemoryRequest {
  /** Whose memory it is: an id of a user, a thread, a graph. */
  readonly store?: unknown
  /** Id of one record. */
  readonly record?: unknown
  /** How many records, or a list of them. */
  readonly count?: unknown
  readonly query?: unknown
  readonly topK?: unknown
  readonly filter?: unknown
  /** What is written; recorded only where content is wanted. */
  readonly written?: readonly RetrievedDocument[]
}

export interface MemoryMethod {
  readonly operation: semconv.OperationName
  readonly request: (args: Args, self: unknown) => MemoryRequest
  /** What was found or written, as the answer tells it. */
  readonly found?: (result: unknown) => readonly RetrievedDocument[] | undefined
}

export interface Memory {
  /** Value of `gen_ai.provider.name`. */
  readonly provider: string
  readonly baseURL: (self: unknown, args: Args) => string | undefined
  /** What a method resolved to may be a failure: the value of `error.type`. Default: a method that fails rejects. */
  readonly failure?: (result: unknown) => string | undefined
  /** The answer in what a method resolves to. Default: that itself. */
  readonly answer?: (result: unknown) => unknown
}

/** @param nameOf - What a method is called on `holder`. */
export function patchMemory(
  patcher: Patcher,
  holder: unknown,
  memory: Memory,
  methods: Readonly<Record<string, MemoryMethod>>,
  nameOf: (method: string) => string = (method) => method,
): void {
  for (const [method, declared] of Object.entries(methods)) {
    const name = nameOf(method)
    if (!isObject(holder) || !(name in holder)) continue
    patcher.step(holder, name, (args, self) => memoryStep(memory, declared, args, self))
  }
}

export function memoryStep(memory: Memory, method: MemoryMethod, args: Args, self: unknown): StepDeclaration {
  const { provider, baseURL, failure, answer = (result) => result } = memory
  const { operation, found } = method
  const request = guard('request', () => method.request(args, self)) ?? {}
  const url = baseURL(self, args)
  return {
    kind: 'memory',
    name: operation,
    requests: true,
    attributes: () => ({
      [semconv.PROVIDER_NAME]: provider,
      [semconv.MEMORY_STORE_ID]: asString(request.store),
      [semconv.MEMORY_RECORD_ID]: asString(request.record),
      [semconv.MEMORY_RECORD_COUNT]: countOf(request.count),
      [semconv.RETRIEVAL_TOP_K]: typeof request.topK === 'number' ? request.topK : undefined,
      ...(url !== undefined && URL.canParse(url) && serverAttributes(new URL(url))),
    }),
    query: () => request.query,
    parameters: () => ({ [semconv.DB_FILTER]: request.filter }),
    records: () => request.written,
    documents: (result) => found?.(answer(result)),
    ...(failure && { errorType: ({ result, error }) => (error === undefined ? failure(result) : undefined) }),
    outcomeAttributes: ({ result, error }) => {
      const records = error === undefined ? found?.(answer(result)) : undefined
      return records ? { [semconv.MEMORY_RECORD_COUNT]: records.length } : {}
    },
  }
}

function countOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length
  return typeof value === 'number' ? value : undefined
}
