/** The option `guardrails`. */
import type { ChatCompletion, ChatRequest } from '../kernel/hub.js'
import type { PiiKind } from '../policies/guardrails/pii.js'
import type { Identity } from '../telemetry/identity.js'
import type { Scope } from './scoped-options.js'

/** One check of requests, of answers, or of both, and what follows from it. They run in the order of the list. */
export interface GuardrailOptions {
  /** Its name in errors, `_meta` and spans. Default: what it checks, such as `pii`. */
  name?: string | undefined
  /** Default: `both` for checks that find places in a text, `input` for all others. */
  on?: 'input' | 'output' | 'both' | undefined
  /** What is looked for. */
  check: GuardrailCheck
  /**
   * What a finding leads to. `block`: the call fails with a GuardrailError. `mask`: what was found is replaced by its kind,
   * such as `[EMAIL]`; only for checks that find places, and functions that return a text. `retry`: the answer is refused,
   * and the same target is asked again with the finding as feedback; only for answers, and not in streams. `log`: it is only
   * reported. Default `block`.
   */
  action?: 'block' | 'mask' | 'retry' | 'log' | undefined
  /**
   * Whether a check of the request runs beside the call instead of before it. The answer waits for the verdict, and a block
   * ends the call at once; what the provider has made until then is paid for. Not with `mask`. Default false.
   */
  parallel?: boolean | undefined
  /** Times that `retry` asks again. Default 1. */
  retries?: number | undefined
  /** Milliseconds for a check that asks somebody. Default 10 000. */
  timeout?: number | undefined
  /** Whether calls pass when the check fails or takes too long. Default `closed`: they fail. */
  onError?: 'open' | 'closed' | undefined
  /** The calls that it is for, as in limits and budgets, but not by provider and model. Default: all calls. */
  scope?: Omit<Scope, 'provider' | 'model'> | undefined
  /**
   * Characters of a stream that are held back. A longer text than that can be found only in part. Default: by the check:
   * 128 for `pii`, 256 for `regex`, 4096 for `secrets`, the longest word for `keywords`.
   */
  window?: number | undefined
}

/** What is checked. */
export type GuardrailCheck =
  /** Personal data: e-mail, phone, card, IBAN, SSN. */
  | 'pii'
  /** Keys and tokens. */
  | 'secrets'
  /** Phrases of attempts to override instructions. */
  | 'prompt-injection'
  | { readonly pii: readonly PiiKind[] }
  /** Whole words, in any case. */
  | { readonly keywords: readonly string[] }
  /** Regular expressions; a text is compiled with the flags `gu`. */
  | { readonly regex: readonly (string | RegExp)[] }
  /** The most tokens of a request, by the estimate of the client. */
  | { readonly maxTokens: number }
  /** A JSON Schema that the answer must fit, as far as `type`, `properties`, `required`, `items` and `enum` say. */
  | { readonly schema: Readonly<Record<string, unknown>> }
  /** A moderation model, such as `openai/omni-moderation-latest`; `categories`: those that count. Default: all. */
  | { readonly moderation: string; readonly categories?: readonly string[] | undefined }
  /** A model that says whether a text breaks `policy`. */
  | { readonly judge: string; readonly policy: string }
  /** A model of decisions, and a question of yes or no. `threshold`: the probability of yes that is too much. Default 0.5. */
  | { readonly decision: string; readonly question: string; readonly threshold?: number | undefined }
  /** A service of your own, which gets a `POST` with the texts. */
  | { readonly webhook: string; readonly headers?: Readonly<Record<string, string>> | undefined }
  | GuardrailFunction

/** A check of your own. It may be asynchronous; what it throws counts as a failure of the check. */
export type GuardrailFunction = (given: GuardrailInput) => GuardrailVerdict | Promise<GuardrailVerdict>

/** What a check gets. */
export interface GuardrailInput {
  /** Whether it is about the request or the answer. */
  readonly on: 'input' | 'output'
  /** All texts, with an empty line between them. Of a request: what the user and tools say since the model spoke last. */
  readonly text: string
  /** Of a request: all that is sent. Of an answer: all that came. */
  readonly texts: readonly string[]
  /** The model as the caller named it. */
  readonly model: string
  /** Value of `gen_ai.operation.name`, such as `chat`. */
  readonly operation: string
  /** A request of chat. */
  readonly request: ChatRequest | undefined
  /** An answer of chat. */
  readonly answer: ChatCompletion | undefined
  /** Whom the call is for. */
  readonly metadata: Identity | undefined
  /** Aborts when the call does, or when the time of the check is over. */
  readonly signal: AbortSignal
}

/**
 * `undefined` and `true`: all is well. `false`: it is not. An object says more, in the words of this library or in those of
 * the checks of `@openai/guardrails`.
 */
export type GuardrailVerdict =
  | undefined
  | boolean
  | {
      /** Whether something was found. */
      readonly found?: boolean
      /** What, in a word. It is in errors and spans, so it must not quote the text. */
      readonly category?: string
      /** For `retry`: what the model is told. */
      readonly feedback?: string
      /** For `mask`: the texts, as many as came, with what was found replaced. */
      readonly texts?: readonly string[]
    }
  | { readonly tripwireTriggered: boolean; readonly info?: Readonly<Record<string, unknown>> }
