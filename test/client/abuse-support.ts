/** A client whose provider is a function, and a store that can be looked into. */
import { createClient, type Client, type ClientOptions, type Store } from '../../src/index.js'
import { systemClock } from '../../src/kernel/clock.js'
import type { AdmitRequest, AdmitResult, AllowanceRequest, LeaseRequest, RateTake } from '../../src/kernel/store.js'
import { MemoryStore } from '../../src/stores/memory.js'

export const messages = [{ role: 'user' as const, content: 'hi' }]
/** A USD for a token of output, nothing for input. */
export const A_TOKEN = { input: 0, output: 1_000_000 }

type Body = Record<string, unknown>
/** @param body - Empty where it is not JSON. */
type Answering = (body: Body, signal: AbortSignal) => Response | Promise<Response>

/** Of providers `a` and `b`. */
export function clientOf(answer: Answering, options: ClientOptions = {}): Client {
  return createClient({
    fetch: (async (_url: unknown, { body, signal }: RequestInit) =>
      answer(typeof body === 'string' ? (JSON.parse(body) as Body) : {}, signal as AbortSignal)) as typeof fetch,
    providers: { a: { baseURL: 'http://a/v1' }, b: { baseURL: 'http://b/v1' } },
    prices: { overrides: { 'a/*': A_TOKEN, 'b/*': A_TOKEN } },
    retries: 0,
    timeout: 5000,
    ...options,
  })
}

/** An answer whose usage is written as it is given: JSON can say what JavaScript's numbers cannot. */
export function answerWith(usage: string): Response {
  const message = '{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}'
  const text = `{"id":"a","object":"chat.completion","created":1,"model":"m","choices":[${message}],"usage":${usage}}`
  return new Response(text, { headers: { 'content-type': 'application/json' } })
}

export const using = (tokens: number): Response =>
  answerWith(`{"prompt_tokens":0,"completion_tokens":${tokens},"total_tokens":${tokens}}`)

/** Never answers; ends with the attempt. */
export const hanging = (_: unknown, signal: AbortSignal): Promise<Response> =>
  new Promise((_resolve, reject) => {
    const end = (): void => reject(signal.reason as Error)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })

export const outcome = (call: Promise<unknown>): Promise<{ name: string } & Record<string, unknown>> =>
  call.then(
    () => ({ name: 'answered' }),
    (error: Error) => error as Error & Record<string, unknown>,
  )

/** What one process keeps, seen from outside. `before` may hold an operation up or throw. */
export class OpenStore extends MemoryStore implements Store {
  before: (operation: string) => void | Promise<void> = () => {}
  readonly corrections: RateTake[] = []
  private readonly budgets = new Set<string>()
  private readonly places = new Set<string>()

  constructor() {
    super(systemClock)
  }

  override take(takes: readonly RateTake[]): ReturnType<MemoryStore['take']> {
    return this.after('take', () => super.take(takes))
  }

  override correct(corrections: readonly RateTake[]): void {
    this.corrections.push(...corrections)
    return this.after('correct', () => super.correct(corrections))
  }

  override acquire(lease: LeaseRequest): boolean {
    this.places.add(lease.key)
    return this.after('acquire', () => super.acquire(lease))
  }

  override release(key: string, holder: string): void {
    return this.after('release', () => super.release(key, holder))
  }

  override reserve(holder: string, requests: readonly AllowanceRequest[], leaseMs: number) {
    for (const { key } of requests) this.budgets.add(key)
    return this.after('reserve', () => super.reserve(holder, requests, leaseMs))
  }

  /** `before` is told of each thing that it asks for. */
  override admit(request: AdmitRequest): AdmitResult {
    for (const { key } of request.places) this.places.add(key)
    for (const { key } of request.allowances) this.budgets.add(key)
    const asked = [
      ...(request.places.length > 0 ? ['acquire'] : []),
      ...(request.rates.length > 0 ? ['take'] : []),
      ...(request.allowances.length > 0 ? ['reserve'] : []),
    ]
    let waiting: Promise<void> | undefined
    for (const operation of asked) {
      const before = this.before(operation)
      if (before) waiting = Promise.all([waiting, before]).then(() => undefined)
    }
    return (waiting ? waiting.then(() => super.admit(request)) : super.admit(request)) as AdmitResult
  }

  override settle(holder: string, uses: readonly AllowanceRequest[]): readonly number[] {
    for (const { key } of uses) this.budgets.add(key)
    return this.after('settle', () => super.settle(holder, uses))
  }

  get reserved(): number {
    return this.usage([...this.budgets]).reduce((sum, { reserved }) => sum + reserved, 0)
  }

  get used(): number {
    return this.usage([...this.budgets]).reduce((sum, { used }) => sum + used, 0)
  }

  get placesHeld(): number {
    return [...this.places].reduce((sum, key) => sum + this.held(key), 0)
  }

  /** Typed as the store of one process is, though it may answer late. */
  private after<T>(operation: string, work: () => T): T {
    const waiting = this.before(operation)
    return (waiting ? waiting.then(work) : work()) as T
  }
}

/** As processes share it. */
export class SharedStore extends OpenStore {
  declare readonly shared: false
  readonly leaseMs = 15_000

  constructor() {
    super()
    Object.defineProperty(this, 'shared', { value: true })
  }
}
