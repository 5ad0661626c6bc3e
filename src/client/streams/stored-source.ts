/** A stream of items that are all there already. */
import { isObject } from '../../kernel/json.js'
import type { CallMeta } from '../types/meta.js'
import type { StreamSource } from './model-stream.js'

export class StoredSource<T> implements StreamSource<T> {
  private readonly items: T[]
  private readonly result: CallMeta

  /** The last of `items` gets `_meta`, if it is an object. */
  constructor(items: readonly T[], meta: CallMeta) {
    const last = items.at(-1)
    this.items = isObject(last) ? [...items.slice(0, -1), { ...last, _meta: meta }] : [...items]
    this.result = meta
  }

  get meta(): CallMeta | undefined {
    return this.items.length === 0 ? this.result : undefined
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.items.length === 0) return Promise.resolve({ done: true, value: undefined })
    return Promise.resolve({ done: false, value: this.items.shift() as T })
  }

  stop(): void {
    this.items.length = 0
  }
}
