/**
 * If any callback listens, LangChain gives a message without an id the id of its run. If only our handler listens, that id is removed,
 * so that the program gets the same message as without us.
 */
import { isObject, path } from '../../src/autolog/contract.js'

/** The id that LangChain will give, if `handler` is the only one on the run of `manager`. */
export function inventedId(manager: unknown, handler: object): string | undefined {
  const handlers = path(manager, 'handlers')
  const runId = path(manager, 'runId')
  return Array.isArray(handlers) && handlers.length === 1 && handlers[0] === handler && typeof runId === 'string'
    ? `run-${runId}`
    : undefined
}

export function removeInventedId(message: unknown, invented: string | undefined): void {
  if (invented === undefined || !isObject(message) || message['id'] !== invented) return
  const update = message['_updateId']
  if (typeof update === 'function') Reflect.apply(update, message, [undefined])
}

/** Removes the id from all messages of a `ChatResult` with several prompts. */
export function removeInventedIds(result: unknown, invented: string | undefined): void {
  const generations = path(result, 'generations')
  if (!Array.isArray(generations)) return
  for (const generation of generations.flat() as readonly unknown[])
    removeInventedId(path(generation, 'message'), invented)
}
