/** Modules of Node that take milliseconds to load and that not every program needs: each loads on first use. */
import { requireFromHere } from './own-require.js'

interface Builtins {
  'node:crypto': typeof import('node:crypto')
  'node:http': typeof import('node:http')
  'node:http2': typeof import('node:http2')
  'node:https': typeof import('node:https')
  'node:zlib': typeof import('node:zlib')
}

export function builtin<Id extends keyof Builtins>(id: Id): Builtins[Id] {
  // Bundlers do not follow this. A runtime that imitates Node may not have it.
  const found = (process.getBuiltinModule as ((name: string) => unknown) | undefined)?.(id)
  return (found ?? requireFromHere()(id)) as Builtins[Id]
}
