/**
 * Model calls that nobody traces, as they are seen on the wire: those of an SDK that a bundler has swallowed, and those that a
 * program makes by `fetch` itself. Each host is said once.
 */
import { context, trace } from '@opentelemetry/api'
import { isObject } from '../kernel/json.js'
import { carriesContext, registeredProvider } from '../telemetry/global-api.js'
import { openCalls } from '../telemetry/open-calls.js'
import type { IntegrationEntry, ReportEntry } from './contract.js'
import { warn } from './report.js'

/** Ends of paths that ask a model, at hosts that are known for it. */
const ASKS_A_MODEL = new RegExp(
  String.raw`/(?:chat/completions|completions|responses|messages|chat|generate|predictions|converse|converse-stream|invoke|` +
    String.raw`invoke-with-response-stream|embeddings|embed|rerank|images/generations|images/edits|audio/\w+)$|` +
    String.raw`:(?:generateContent|streamGenerateContent|embedContent|batchEmbedContents|predict|rawPredict|streamRawPredict)$`,
)
/** The same at any host: a gateway, a server of the program's own. */
const ASKS_ANYWHERE = /\/chat\/completions$|:(?:generateContent|streamGenerateContent)$/

/** Hosts that are told of. */
const MOST_HOSTS = 50

/** What spans of other tools say of a model call, by the beginnings of their attributes. */
const OF_MODELS = /^(?:gen_ai|llm|ai|openinference|traceloop)\./

export interface UntracedOptions {
  readonly integrations: readonly IntegrationEntry[]
  /** The user's: `false` turns one off, and then its calls are not missed. */
  readonly options: Readonly<Record<string, unknown>> | undefined
  readonly identifyHost: (hostname: string) => { readonly provider?: string | undefined } | undefined
  /** Looks for SDKs that have loaded unseen. Whether one was found, which may have made the call. */
  readonly look: () => boolean
}

export class UntracedCalls {
  private readonly options: UntracedOptions
  private readonly entries = new Map<string, ReportEntry>()

  constructor(options: UntracedOptions) {
    this.options = options
  }

  /** A `POST` leaves, outside any call. */
  seen({ hostname, host, pathname }: URL): void {
    if (!ASKS_A_MODEL.test(pathname) || this.entries.has(host) || this.entries.size >= MOST_HOSTS) return
    // Where calls cannot be told from others: nothing carries the context, or a queue has lost that of a call that is open.
    if (!registeredProvider() || !carriesContext() || openCalls.count > 0) return
    const provider = this.options.identifyHost(hostname)?.provider
    if ((provider === undefined && !ASKS_ANYWHERE.test(pathname)) || isTracedElsewhere()) return
    if (this.isOff(provider) || this.options.look()) return
    const entry = this.entryOf(host, provider)
    this.entries.set(host, entry)
    warn(`a model call to ${host} is not traced: ${entry.detail}`)
  }

  report(): ReportEntry[] {
    return [...this.entries.values()]
  }

  private entryOf(host: string, provider: string | undefined): ReportEntry {
    const integration = this.options.integrations.find(({ providers }) => provider && providers?.includes(provider))
    const [name] = integration?.packages ?? []
    const bundled =
      integration && name !== undefined
        ? `if a bundler has put ${name} into the program, hand it in: autolog({ modules: { '${integration.id}': … } }), or keep it external`
        : 'if a bundler has put its SDK into the program, hand that in by autolog({ modules }), or keep it external'
    return {
      integration: integration?.id ?? 'none',
      package: name ?? host,
      version: undefined,
      format: undefined,
      status: 'untraced',
      detail: `nothing that autolog() has patched made the request to ${host}; ${bundled}; if the program made it by itself, use createClient() or trace()`,
    }
  }

  /** By the SDK's own integration, or by one of a layer over any SDK. */
  private isOff(provider: string | undefined): boolean {
    const { integrations, options } = this.options
    return integrations.some(
      ({ id, providers }) =>
        options?.[id] === false && (!providers || (provider !== undefined && providers.includes(provider))),
    )
  }
}

/** Within a span of another tool, which tells of the call. */
function isTracedElsewhere(): boolean {
  const span = trace.getSpan(context.active()) as
    | { attributes?: unknown; instrumentationScope?: { name?: string } }
    | undefined
  if (!span || span.instrumentationScope?.name === 'tracestitch' || !isObject(span.attributes)) return false
  return Object.keys(span.attributes).some((name) => OF_MODELS.test(name))
}
