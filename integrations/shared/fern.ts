/** SDKs that Fern generates: a public method wraps what `__method` resolves to, which holds the answer and its response. */
import { isObject, path, type CallDeclaration, type Declared, type Patcher } from '../../src/autolog/contract.js'

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
 * Patches the `__method` that a public method calls, because a client binds its public methods when it is made. If there is no
 * `__method`, patches the public methods: they are async functions then, whose results have no response.
 */
export function patchFern(patcher: Patcher, holder: unknown, methods: Readonly<Record<string, Declared>>): void {
  for (const [method, declaration] of Object.entries(methods)) {
    if (isObject(holder) && `__${method}` in holder) patcher.call(holder, `__${method}`, declaration)
  }
}
