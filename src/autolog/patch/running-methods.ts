/**
 * Counts the declared methods on the stack. An SDK's methods use lower ones that the program may call as well, such as
 * `client.post`. What a method calls before it returns is its own request.
 */
let running = 0

/** Runs a declared method. */
export function runDeclared<T>(method: (...args: unknown[]) => T, self: unknown, args: readonly unknown[]): T {
  running++
  try {
    return Reflect.apply(method, self, args) as T
  } finally {
    running--
  }
}

/** Runs a method whose request counts as the call. */
export function runUndeclared<T>(method: (...args: unknown[]) => T, self: unknown, args: readonly unknown[]): T {
  const outside = running
  running = 0
  try {
    return Reflect.apply(method, self, args) as T
  } finally {
    running = outside
  }
}

/** Whether a method that is declared as a model call is running. */
export function isInsideDeclared(): boolean {
  return running > 0
}
