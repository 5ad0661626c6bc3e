/**
 * Which methods run on the stack now. An SDK's methods go through lower ones that the program may call as well, such as
 * `client.post`: what a method calls before it returns is that method's own request.
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

/** Runs a method whose own request is to be seen as the call. */
export function runUndeclared<T>(method: (...args: unknown[]) => T, self: unknown, args: readonly unknown[]): T {
  const outside = running
  running = 0
  try {
    return Reflect.apply(method, self, args) as T
  } finally {
    running = outside
  }
}

/** Whether a method that is declared as a model call has been called and has not returned. */
export function isInsideDeclared(): boolean {
  return running > 0
}
