/** The store has lost its data: it came back without them, or they were deleted. The operation was not done. */
import { ConnectionError } from '../kernel/errors.js'

export class StoreEmptied extends ConnectionError {
  constructor(name: string) {
    super(`the store ${name} has lost what it knew`, { code: 'EMPTIED' })
  }
}
