/** The store is not the one that was asked before: it came back without its data, or they were thrown away. Nothing was done. */
import { ConnectionError } from '../kernel/errors.js'

export class StoreEmptied extends ConnectionError {
  constructor(name: string) {
    super(`the store ${name} has lost what it knew`, { code: 'EMPTIED' })
  }
}
