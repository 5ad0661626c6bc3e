/** What a guardrail asks, compiled. */
import type { Finder } from '../../policies/guardrails/finder.js'
import type { GuardrailInput } from '../../router/guardrail-options.js'

export interface Finding {
  /** What was found, in a word. */
  readonly category?: string | undefined
  /** What a model is told that has to answer again. */
  readonly feedback?: string | undefined
  /** The texts without what was found. */
  readonly texts?: readonly string[] | undefined
}

/** What a check may need of the call beside its texts. */
export interface Asked extends GuardrailInput {
  /** Tokens of the request, estimated. */
  readonly inputTokens: number
}

export type Check =
  | { readonly kind: 'find'; readonly finder: Finder }
  | {
      readonly kind: 'ask'
      /** Asks a model or a service, so it has a span. */
      readonly io: boolean
      /** `undefined`: nothing was found. @throws when there is no verdict. */
      readonly ask: (asked: Asked) => Finding | undefined | Promise<Finding | undefined>
    }
