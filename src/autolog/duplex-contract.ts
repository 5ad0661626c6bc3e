/** The part of the contract for connections that carry many calls, none of which is the call of a method. */
import type { Args, CallDeclaration } from './call-contract.js'

/**
 * A bidirectional stream: requests go in by methods, and what comes back is told by an emitter. OpenAI calls the two client
 * events and server events.
 */
export interface DuplexDeclaration {
  /** Methods by which the program sends: the client event is their first argument. */
  readonly send: readonly string[]
  /** Method by which the program ends the connection. */
  readonly close: string
  /** Method that tells the listeners: a name, and what it carries. */
  readonly emit: string
  /** Names that `emit` is called with. */
  readonly names: {
    /** Any server event. */
    readonly event: string
    /** The connection is over. */
    readonly closed: string
    /** The connection broke, and another one is made in its place: what was sent is not answered any more. */
    readonly lost?: string
    /** The other one is there, and what had waited is sent. */
    readonly resumed?: string
  }
  /** Method that is told of a fault, and the error in its arguments. One that `send` calls is the fault of what it sends. */
  readonly fault?: { readonly method: string; readonly error: (args: Args) => unknown }
  /**
   * The model call that a client event begins, with the event as its only argument; `undefined`: none. Its answer is a
   * stream of server events. The declaration may not keep `self`: a connection that nobody holds ends its calls.
   */
  readonly call: (event: unknown, self: unknown) => CallDeclaration | undefined
  /** Where an event belongs. Calls of one lane are answered in the order in which they were sent. Default: all are of one. */
  readonly lane?: (event: unknown) => unknown
  /** Whether a server event is the last one of its call. */
  readonly last: (event: unknown) => boolean
  /** Whether what is sent now waits for the connection to open; `opened` is to be called when it does. */
  readonly waits?: (self: unknown, opened: () => void) => boolean
}
