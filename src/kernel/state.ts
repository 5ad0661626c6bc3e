/**
 * State that every copy of this package in the process shares: an ESM and a CJS build, or two installed
 * versions. Fields are only ever added; a change of meaning takes a new symbol.
 */
const KEY = Symbol.for('tracestitch.v1')

/** Each room keeps its state under its own name; a slot's type belongs to the room. */
export type SharedState = Map<string, unknown>

export function sharedState(): SharedState {
  const holder = globalThis as { [KEY]?: SharedState }
  return (holder[KEY] ??= new Map())
}

/** The slot `name`, made on first use. */
export function shared<T>(name: string, create: () => T): T {
  const state = sharedState()
  if (!state.has(name)) state.set(name, create())
  return state.get(name) as T
}
