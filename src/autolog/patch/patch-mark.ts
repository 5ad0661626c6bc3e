/** Marks a replaced method, so that it is not replaced twice. Every copy of this package sees the mark. */
const PATCHED = Symbol.for('tracestitch.patched')

export interface Mark {
  /** Integration that made the patch. Two integrations may patch one method, but neither of them twice. */
  readonly by: string
  readonly active: () => boolean
  /** Mark of the function that this one wraps. */
  readonly inner: Mark | undefined
}

export function markOf(value: unknown): Mark | undefined {
  return typeof value === 'function' ? (value as unknown as { [PATCHED]?: Mark })[PATCHED] : undefined
}

/** @param by - An integration. Default: any. */
export function isPatched(value: unknown, by?: string): boolean {
  for (let mark = markOf(value); mark; mark = mark.inner) {
    if ((by === undefined || mark.by === by) && mark.active()) return true
  }
  return false
}

/** The property that a replacement gets. */
export const withMark = (mark: Mark): PropertyDescriptorMap => ({ [PATCHED]: { value: mark, configurable: true } })
