/** The part of the contract for connections that carry many calls, where no call is one call of a method. */
import type { Args, CallDeclaration } from './call-contract.js'

/**
 * A bidirectional connection: methods send requests, and an emitter reports what comes back. OpenAI calls the two client
 * events and server events.
 */
export interface DuplexDeclaration {
  /** Methods that send. The client event is their first argument. */
  readonly send: readonly string[]
  /** Method that closes the connection. */
  readonly close: string
  /** Method that calls the listeners, with a name and what it carries. */
  readonly emit: string
  /** Names that `emit` is called with. */
  readonly names: {
    /** Any server event. */
    readonly event: string
    /** The connection is closed. */
    readonly closed: string
    /** The connection broke and is being replaced: what was sent will not be answered. */
    readonly lost?: string
    /** The new connection is open, and what waited is sent. */
    readonly resumed?: string
  }
  /** Method that is called with a fault, and how to read the error. If `send` calls it, the fault is of what it sends. */
  readonly fault?: { readonly method: string; readonly error: (args: Args) => unknown }
  /**
   * The model call that a client event begins; `undefined`: none. Its answer is a stream of server events. The declaration
   * must not keep `self`: when nothing else refers to the connection, its calls end.
   */
  readonly call: (event: unknown, self: unknown) => CallDeclaration | undefined
  /** The lane of an event. Calls of one lane are answered in the order of sending. Default: there is one lane. */
  readonly lane?: (event: unknown) => unknown
  /** Whether a server event is the last one of its call. */
  readonly last: (event: unknown) => boolean
  /** Whether what is sent now waits for the connection to open. If so, it calls `opened` when it does. */
  readonly waits?: (self: unknown, opened: () => void) => boolean
}
