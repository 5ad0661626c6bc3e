/** SDKs that Fern generates: a public method wraps what `__method` resolves to, which holds the answer and its response. */
import { path, type CallDeclaration, type Declared, type Patcher } from '../../src/autolog/contract.js'
import { holderOf } from './holder.js'

export const dataOf = (result: unknown): unknown => path(result, 'data')

/** What the declarations of such methods share. */
export const fern = {
  answer: dataOf,
  headers: (result) => path(result, 'rawResponse', 'headers'),
} satisfies Partial<CallDeclaration>

/** The base URL, if it is set. A function that returns it is not called. */
export function baseURLOf(self: unknown, fallback: string): string | undefined {
  const options = path(self, '_options')
  const given = path(options, 'baseUrl') ?? path(options, 'environment') ?? fallback
  return typeof given === 'string' ? given : undefined
}

/**
 * Patches the `__method` that a public method calls, because a client binds its public methods when it is made.
 *
 * @param instance - A resource, a client, or its prototype: the method may be that of a class which its own extends.
 */
export function patchFern(patcher: Patcher, instance: unknown, methods: Readonly<Record<string, Declared>>): void {
  for (const [method, declaration] of Object.entries(methods)) {
    const holder = holderOf(patcher, instance, `__${method}`)
    if (holder) patcher.call(holder, `__${method}`, declaration)
  }
}
