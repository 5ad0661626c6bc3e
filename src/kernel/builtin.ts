/** Modules of Node that take milliseconds to load and that not every program needs: each loads on first use. */
import { requireFromHere } from './own-require.js'

interface Builtins {
  'node:crypto': typeof import('node:crypto')
  'node:http': typeof import('node:http')
  'node:http2': typeof import('node:http2')
  'node:https': typeof import('node:https')
  'node:stream': typeof import('node:stream')
  'node:zlib': typeof import('node:zlib')
}

/** Bundlers do not follow this. A runtime that imitates Node may not have `getBuiltinModule`; a browser has no modules at all. */
export function findBuiltin<Id extends keyof Builtins>(id: Id): Builtins[Id] | undefined {
  if (typeof process === 'undefined') return undefined
  return (process.getBuiltinModule as ((name: string) => unknown) | undefined)?.(id) as Builtins[Id] | undefined
}

export function builtin<Id extends keyof Builtins>(id: Id): Builtins[Id] {
  const found = findBuiltin(id)
  if (found) return found
  if (typeof process === 'undefined') throw new Error(`this needs ${id}, which only Node and runtimes like it have`)
  return requireFromHere()(id) as Builtins[Id]
}
