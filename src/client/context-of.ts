/** The context behind a client, for a face that stands on it: programs have only the client. */
import type { ClientContext } from './context.js'

const contexts = new WeakMap<object, ClientContext>()

export function rememberContext(client: object, context: ClientContext): void {
  contexts.set(client, context)
}

/** `undefined` for an object that is not a client of this copy of the package. */
export function contextOf(client: object): ClientContext | undefined {
  return contexts.get(client)
}
