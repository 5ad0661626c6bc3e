/** Model calls that share a connection: each begins with a message that is sent and ends with one that comes back. */
import { context } from '@opentelemetry/api'
import { guard } from '../../kernel/guard.js'
import { endWhenAbandoned } from '../../telemetry/spans/abandoned.js'
import { beginCall } from './instrument-call.js'
import type { Args, CallDeclaration, Replace } from '../contract.js'
import type { DuplexDeclaration } from '../duplex-contract.js'
import { AnswerReader, type Unread } from './reader.js'
import { abandon, define } from '../streams/stream-tap.js'

/** An open call. */
interface Exchange {
  readonly lane: unknown
  readonly reader: AnswerReader
  /** Whether its message was sent. */
  sent: boolean
  /** Ends the watch for the case that the connection becomes garbage. */
  readonly keep: () => void
}

/** One connection, watched from its first call on. Must not refer to the program's object, or it would keep it alive. */
class Connection {
  /** In the order of sending. */
  private readonly open = new Set<Exchange>()
  /** The call that is being sent. */
  sending: Exchange | undefined
  /** What went wrong since the last event. */
  private fault: unknown
  /** Whether the program has closed the connection. */
  private closing = false
  private readonly declared: DuplexDeclaration

  constructor(declared: DuplexDeclaration) {
    this.declared = declared
  }

  add(exchange: Exchange): void {
    this.open.add(exchange)
  }

  received(name: unknown, value: unknown): void {
    const { event, closed, lost, resumed } = this.declared.names
    if (name === event) this.receive(value)
    else if (name === closed) this.endAll(() => true)
    else if (name === lost) this.endAll(({ sent }) => sent)
    else if (name === resumed) for (const exchange of this.open) exchange.sent = true
  }

  close(): void {
    this.closing = true
  }

  fail(error: unknown): void {
    this.fault = error
    if (this.sending) this.end(this.sending, error)
  }

  end(exchange: Exchange, error?: unknown): void {
    if (!this.open.delete(exchange)) return
    exchange.keep()
    exchange.reader.close({ error, closed: this.closing && error === undefined })
  }

  private receive(event: unknown): void {
    this.fault = undefined
    const exchange = this.firstOf(this.declared.lane?.(event))
    if (!exchange) return
    exchange.sent = true
    exchange.reader.event(event)
    if (this.declared.last(event)) this.end(exchange)
  }

  private firstOf(lane: unknown): Exchange | undefined {
    for (const exchange of this.open) if (exchange.lane === lane) return exchange
    return undefined
  }

  private endAll(which: (exchange: Exchange) => boolean): void {
    for (const exchange of this.open) if (which(exchange)) guard('duplex', () => this.end(exchange, this.fault))
  }
}

/** Replaces a method that sends. */
export function instrumentDuplex(declared: DuplexDeclaration, report: (what: Unread) => void): Replace {
  const connections = new WeakMap<object, Connection>()
  return (original, active) =>
    function (this: unknown, ...args: unknown[]) {
      const begun = active() && guard('duplex', begin, declared, connections, this as object, args[0], report)
      if (!begun) return original.apply(this, args)
      const { connection, exchange } = begun
      connection.sending = exchange
      try {
        return context.with(exchange.reader.call.context, () => original.apply(this, args))
      } catch (error) {
        guard('duplex', () => connection.end(exchange, error))
        throw error
      } finally {
        connection.sending = undefined
      }
    }
}

function begin(
  declared: DuplexDeclaration,
  connections: WeakMap<object, Connection>,
  self: object,
  message: unknown,
  report: (what: Unread) => void,
): { readonly connection: Connection; readonly exchange: Exchange } | undefined {
  const declaration = declared.call(message, self)
  if (!declaration) return undefined
  const connection = connections.get(self) ?? watchConnection(self, declared)
  connections.set(self, connection)
  const call = beginCall(boundTo(declaration, self, [message]), undefined, [])
  const reader = new AnswerReader(call, declaration, { report })
  const watch = endWhenAbandoned(self, abandon(reader))
  // The answer may take any time, because its events come without being asked for.
  watch.reading()
  const exchange: Exchange = { lane: declared.lane?.(message), reader, sent: true, keep: watch }
  exchange.sent = declared.waits?.(self, () => void (exchange.sent = true)) !== true
  connection.add(exchange)
  return { connection, exchange }
}

/** The declaration with all that it reads of the connection already read: a call must not keep the connection alive. */
function boundTo(declaration: CallDeclaration, self: object, args: Args): CallDeclaration {
  const { provider, request, model, path, baseURL } = declaration
  const read = <T>(reader: ((args: Args, self: unknown) => T) | undefined): T | undefined =>
    reader && guard('duplex', () => reader(args, self))
  return {
    ...declaration,
    streaming: true,
    provider: typeof provider === 'function' ? (guard('provider', () => provider(self)) ?? '_OTHER') : provider,
    request: constant(request ? read(request) : args[0]),
    ...(model && { model: constant(read(model)) }),
    ...(path && { path: constant(read(path)) }),
    baseURL: constant(read((_, connection) => baseURL?.(connection))),
  }
}

const constant =
  <T>(value: T) =>
  (): T =>
    value

/** Patches the object itself, so that open calls still end after `off()`. */
function watchConnection(self: object, declared: DuplexDeclaration): Connection {
  const connection = new Connection(declared)
  const { emit, close, fault } = declared
  before(self, emit, ([name, value]) => connection.received(name, value))
  before(self, close, () => connection.close())
  if (fault) before(self, fault.method, (args) => connection.fail(fault.error(args)))
  return connection
}

function before(self: object, method: string, run: (args: Args) => void): void {
  const original = (self as Record<string, unknown>)[method]
  if (typeof original !== 'function') return
  define(self, method, function (this: unknown, ...args: unknown[]): unknown {
    guard('duplex', () => run(args))
    return Reflect.apply(original, this, args)
  })
}
