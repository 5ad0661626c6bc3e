/** SDKs that Fern generates: a public method wraps what `__method` resolves to, which holds the answer and its response. */
import { isObject, path, type CallDeclaration, type Declared, type Patcher } from '../../src/autolog/contract.js'

export const dataOf = (result: unknown): unknown => path(result, 'data')

/** What declarations of such methods have in common. */
export const fern = {
  answer: dataOf,
  headers: (result) => path(result, 'rawResponse', 'headers'),
} satisfies Partial<CallDeclaration>

/** An address, or a function that gives one, which is not asked. */
export function baseURLOf(self: unknown, fallback: string): string | undefined {
  const options = path(self, '_options')
  const given = path(options, 'baseUrl') ?? path(options, 'environment') ?? fallback
  return typeof given === 'string' ? given : undefined
}

/**
 * A client binds its methods when it is made, so what is patched is what they call by name. Where that is not there, the
 * methods themselves: they are asynchronous functions then, whose answers come without their responses.
 */
export function patchFern(patcher: Patcher, holder: unknown, methods: Readonly<Record<string, Declared>>): void {
  for (const [method, declaration] of Object.entries(methods)) {
    if (isObject(holder) && `__${method}` in holder) patcher.call(holder, `__${method}`, declaration)
  }
}
