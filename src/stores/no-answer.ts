/** An answer that did not come in time. What was asked may be done all the same. */
import { ConnectionError } from '../kernel/errors.js'

export class NoAnswer extends ConnectionError {
  /** The answer, whenever it comes. */
  readonly late: Promise<unknown>
  /** Milliseconds of the wait in which nothing else was answered either. */
  readonly silence: number

  constructor(message: string, late: Promise<unknown>, silence = 0) {
    super(message, { code: 'NO_ANSWER' })
    this.late = late
    this.silence = silence
  }
}
