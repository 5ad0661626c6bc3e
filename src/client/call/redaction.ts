/** Hides what errors, warnings and spans of a call must not show: secrets of the client and the call, and the request. */
import { clip } from '../../kernel/plain-text.js'
import { Echoes } from '../../kernel/redact/echoes.js'
import type { ErrorMask } from '../../kernel/redact/mask-error.js'
import { maskSpans } from '../../kernel/redact/marks.js'
import { READ, Secrets } from '../../kernel/redact/secrets.js'
import { addHeaders } from '../../kernel/redact/header-secrets.js'
import { settings } from '../../telemetry/settings.js'
import type { CallOptions } from '../types/options.js'

export interface Redacted {
  /** Secrets of the client. */
  readonly secrets: Secrets
  readonly options: Pick<CallOptions, 'headers' | 'metadata' | 'extra_body' | 'provider_options'>
  /** What is sent. */
  readonly request: unknown
  /** Names of models and providers, which are not hidden. */
  readonly known: readonly string[]
}

/** Nothing is computed until something goes wrong. */
export class Redaction implements ErrorMask {
  private readonly of: Redacted
  private book: Secrets | undefined
  private echoes: Echoes | undefined

  constructor(of: Redacted) {
    this.of = of
  }

  readonly secrets = (text: string): string => this.ofSecrets.mask(text)

  readonly all = (text: string): string => {
    const read = clip(text, READ)
    const spans = this.ofSecrets.find(read)
    // With content capture on, the content is on the spans anyway, and the provider's own words say more.
    if (settings().capture === 'none') spans.push(...(this.echoes ??= this.echoesOf()).find(read))
    return maskSpans(read, spans)
  }

  private get ofSecrets(): Secrets {
    return (this.book ??= this.secretsOf())
  }

  private secretsOf(): Secrets {
    const { secrets, options } = this.of
    const { headers, metadata } = options
    if (!headers && metadata?.key === undefined) return secrets
    const own = new Secrets([secrets])
    addHeaders(own, headers)
    own.add(metadata?.key)
    return own
  }

  private echoesOf(): Echoes {
    const { request, options, known } = this.of
    return new Echoes([request, options.extra_body, options.provider_options], known)
  }
}
