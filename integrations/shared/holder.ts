/** Where a method is to be patched: once, and for one client only where `wrap()` has one. */
import { isObject, type Patcher } from '../../src/autolog/contract.js'

/**
 * The class that has the method, of those that `instance` is of: of several that override one another the first, which the others
 * call. For `wrap()` the instance itself.
 */
export function holderOf(patcher: Patcher, instance: unknown, method: string): object | undefined {
  if (patcher.isOneClient) return isObject(instance) && method in instance ? instance : undefined
  let holder: object | undefined
  for (let at = instance; isObject(at); at = Object.getPrototypeOf(at)) if (Object.hasOwn(at, method)) holder = at
  return holder
}

/** The class of an object, where that has the methods. For `wrap()` the object itself. */
export function classOf(patcher: Patcher, instance: unknown): object | undefined {
  if (!isObject(instance)) return undefined
  return patcher.isOneClient ? instance : (Object.getPrototypeOf(instance) as object)
}

/**
 * A client whose getters make the resources of its class, and whose constructor did not run. For `wrap()` the client itself.
 *
 * @param fields - What its getters read.
 */
export function clientOf(patcher: Patcher, prototype: object, fields: object = {}): object {
  return patcher.isOneClient ? prototype : Object.assign(Object.create(prototype) as object, fields)
}
