/** The part of the contract that is about Node's diagnostics channels, on which libraries tell of their work. */
import type { CallDeclaration } from './contract.js'
import type { StepDeclaration } from './step-contract.js'

/**
 * What begins with a message: a model call or a step. Readers get the message as their only argument; none may keep it,
 * as what nobody ends is ended when the message is collected.
 */
export type ChannelRun = ({ readonly call: CallDeclaration } | { readonly step: StepDeclaration }) & {
  /** Name by which later messages call it their parent, while it is open. */
  readonly id?: string | undefined
  /** The run that this one belongs to, where the active context does not lie in it already. */
  readonly parentId?: string | undefined
  /** What the integration wants to know of it when a later one names it its parent. */
  readonly facts?: unknown
}

/**
 * What begins with a message, if anything.
 *
 * @param factsOf - Facts of an open run, by its id.
 */
export type BeginRun = (message: unknown, factsOf: (id: string | undefined) => unknown) => ChannelRun | undefined

export interface ChannelPatcher {
  /**
   * Watches a tracing channel (https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel). What `begin` makes
   * of the message that starts an operation runs until the operation has settled, and the operation's work runs in its
   * context. `undefined`: no span; what happens inside hangs on what is around.
   */
  channel(name: string, begin: BeginRun): void
}
