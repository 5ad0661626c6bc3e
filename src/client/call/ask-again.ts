import type { HubRequest } from './answer.js'

/** Thrown by a stage for an answer that is refused: the same target is asked once more, with another request. */
export class AskAgain {
  readonly request: HubRequest
  /** The error of the call where it cannot be asked again. */
  readonly cause: unknown

  constructor(request: HubRequest, cause: unknown) {
    this.request = request
    this.cause = cause
  }
}
