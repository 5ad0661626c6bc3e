/** Where a method is to be patched, so that it is patched once. */
import { isObject } from '../../src/autolog/contract.js'

/** The class that has the method: of several that override one another the first, which the others call. */
export function holderOf(instance: unknown, method: string): object | undefined {
  let holder: object | undefined
  for (let at = instance; isObject(at); at = Object.getPrototypeOf(at)) if (Object.hasOwn(at, method)) holder = at
  return holder
}
