/** A run that emits events and can be awaited, like the helpers of the `openai` package. */

/** Events of every run. Those of a kind of run are added to them. */
export interface RunEvents {
  /** The first answer has begun. */
  connect: () => void
  /** The run failed. Not emitted for an abort. */
  error: (error: unknown) => void
  /** The run was aborted. */
  abort: (reason: unknown) => void
  /** The run is over, however it ended. Always the last event. */
  end: () => void
}

type Listener = (...args: never[]) => void

interface Listening {
  readonly listener: Listener
  readonly once: boolean
}

/** The parameters of an event's listeners. */
export type EventArguments<Events, Name extends keyof Events> = Events[Name] extends (...args: infer Args) => void
  ? Args
  : never

/** What `emitted` resolves with: nothing, the one argument, or all of them. */
export type Emitted<Args extends readonly unknown[]> = Args extends readonly []
  ? undefined
  : Args extends readonly [infer Only]
    ? Only
    : Args

export class EventedRun<Events extends RunEvents> {
  /** Aborting it ends the run, and the request that is under way. */
  readonly controller = new AbortController()
  #listeners = new Map<keyof Events, Listening[]>()
  #state: 'running' | 'ended' | 'errored' | 'aborted' = 'running'
  #error: unknown
  /** Whether the program will see a failure, by an event or a promise. */
  #watched = false
  #settle!: () => void
  readonly #settled = new Promise<void>((resolve) => {
    this.#settle = resolve
  })

  /** The run is over, however it ended. */
  get ended(): boolean {
    return this.#state !== 'running'
  }
  /** The run failed or was aborted. */
  get errored(): boolean {
    return this.#state === 'errored' || this.#state === 'aborted'
  }
  /** The run was aborted. */
  get aborted(): boolean {
    return this.#state === 'aborted'
  }

  /** Ends the run and the request that is under way. Does nothing when the run is over. */
  abort(): void {
    this.controller.abort()
  }

  /** Calls `listener` at every such event. @returns the run, for chaining. */
  on<Name extends keyof Events>(event: Name, listener: Events[Name]): this {
    return this.#listen(event, listener as unknown as Listener, false)
  }

  /** Calls `listener` at the next such event. @returns the run, for chaining. */
  once<Name extends keyof Events>(event: Name, listener: Events[Name]): this {
    return this.#listen(event, listener as unknown as Listener, true)
  }

  /** Removes a listener, once, if it was added several times. @returns the run, for chaining. */
  off<Name extends keyof Events>(event: Name, listener: Events[Name]): this {
    const listening = this.#listeners.get(event)
    const at = listening?.findIndex((entry) => entry.listener === (listener as unknown as Listener)) ?? -1
    if (at >= 0) listening?.splice(at, 1)
    return this
  }

  /**
   * Waits for the next such event.
   *
   * @throws the run's error, or its abort reason, when it ends before one comes.
   */
  async emitted<Name extends keyof Events>(event: Name): Promise<Emitted<EventArguments<Events, Name>>> {
    type Result = Emitted<EventArguments<Events, Name>>
    this.#watched = true
    return new Promise<Result>((resolve, reject) => {
      const found = (...args: unknown[]): void => resolve((args.length > 1 ? args : args[0]) as Result)
      this.#listen(event, found as Listener, true)
      void this.#settled.then(() => {
        if (this.errored) reject(this.#error)
        else reject(new Error(`the run ended without the event \`${String(event)}\``))
      })
    })
  }

  /** Resolves at the end of the run. @throws the run's error, or its abort reason. */
  async done(): Promise<void> {
    this.#watched = true
    await this.#settled
    if (this.errored) throw this.#error
  }

  /** Runs `work` in the next microtask, so that listeners can be added before anything happens. */
  protected start(signal: AbortSignal | null | undefined, work: () => Promise<void>): void {
    const abort = (): void => this.controller.abort(signal?.reason)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
    queueMicrotask(() => {
      void work()
        .then(
          () => this.#finish('ended', undefined),
          (error: unknown) => {
            const { signal: own } = this.controller
            if (own.aborted) this.#finish('aborted', own.reason)
            else this.#finish('errored', error)
          },
        )
        .finally(() => signal?.removeEventListener('abort', abort))
    })
  }

  /** Events just before `end`, when the run did not fail. */
  protected emitLast(): void {}

  protected hasListeners(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.length ?? 0) > 0
  }

  protected emit<Name extends keyof Events>(event: Name, ...args: EventArguments<Events, Name>): void {
    const listening = this.#listeners.get(event)
    if (!listening || listening.length === 0) return
    const now = [...listening]
    this.#listeners.set(
      event,
      listening.filter(({ once }) => !once),
    )
    for (const { listener } of now) listener(...(args as unknown as never[]))
  }

  #listen(event: keyof Events, listener: Listener, once: boolean): this {
    if (event === 'error' || event === 'abort') this.#watched = true
    const listening = this.#listeners.get(event)
    if (listening) listening.push({ listener, once })
    else this.#listeners.set(event, [{ listener, once }])
    return this
  }

  /** An error of a listener fails the run, as it would end a loop over the stream. */
  #finish(state: 'ended' | 'errored' | 'aborted', error: unknown): void {
    let end = { state, error }
    const guarded = (work: () => void): void => {
      try {
        work()
      } catch (thrown) {
        if (end.state === 'ended') end = { state: 'errored', error: thrown }
      }
    }
    if (state === 'ended') guarded(() => this.emitLast())
    this.#state = end.state
    this.#error = end.error
    const tell = this.emit.bind(this) as (event: keyof RunEvents, ...args: unknown[]) => void
    if (end.state === 'errored') guarded(() => tell('error', end.error))
    if (end.state === 'aborted') guarded(() => tell('abort', end.error))
    guarded(() => tell('end'))
    this.#settle()
    // Otherwise the failure would be silent.
    if (this.errored && !this.#watched) void Promise.reject(this.#error as Error)
  }
}
