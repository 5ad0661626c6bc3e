/** The contract of a provider: data only. A quirk of its dialect is a field of `quirks`, never a branch in shared code. */
import type { ErrorClass } from './error-class.js'
import type { AuthScheme } from './auth-scheme.js'
import type { FormatId, ProtocolId, Quirks } from './protocol.js'

export type * from './auth-scheme.js'

/** A part of a base URL, or a field of bodies, that differs between accounts, such as a region or a project. */
export interface URLVariable {
  /** Environment variables that may hold it, in order. */
  readonly env: readonly string[]
  /** The value if neither the options nor the environment have one. */
  readonly default?: string
}

/** What a gateway in front of other providers does with requests, and the headers of its answers. */
export interface GatewayFacts {
  /** Continues the caller's trace from `traceparent`. Its hosts receive trace context by default only then. */
  readonly traceparent: boolean
  /** Its own headers for the caller's trace. They are sent by default, even if `traceparent` is not. */
  readonly traceHeaders?: TraceHeaders
  /** The form of its model names, such as `{vendor}/{model}`. */
  readonly modelNames: string
  /** Response header with the cost of the call in USD, lower case. */
  readonly costHeader?: string
  /** Response headers that identify the call at the gateway, lower case. */
  readonly idHeaders?: readonly string[]
  /** Beginnings of the names of its response headers, lower case, such as `x-litellm-`. */
  readonly headerPrefixes?: readonly string[]
}

/** Request headers by which a gateway links its spans to the caller's trace. Lower case. */
export interface TraceHeaders {
  /** The header for the trace id, 32 hexadecimal digits. */
  readonly traceId: string
  /** The header for the id of the span that sends the request, 16 hexadecimal digits. */
  readonly parentSpanId: string
}

/** How chat works for some models of a provider that have a separate API. */
export interface ChatByModel {
  /** Their names, as a caller may write them. */
  readonly models: RegExp
  /** The format they speak: one of the row's `protocols`. */
  readonly protocol: ProtocolId
  /** The ending of the row's base URL, and the ending for these models; it is appended if the URL ends differently. */
  readonly baseURLEnd?: readonly [end: RegExp, own: string]
  /** Paths below that, instead of the format's, for whole answers and for streams. `{model}` is the name. */
  readonly paths?: { readonly whole: string; readonly stream: string }
  /** Replacements in the name on the wire, in order. */
  readonly rename?: readonly (readonly [part: RegExp, replacement: string])[]
  /** Fields of the format that its body has not here. */
  readonly withoutFields?: readonly string[]
  /** Fields of each body here, unless the caller sets them. */
  readonly fields?: Readonly<Record<string, string>>
  /** The row's header of a key, and the one that replaces it. */
  readonly keyHeader?: readonly [usual: string, own: string]
  /** They replace those of the row. */
  readonly quirks?: Quirks
  /** The page with these facts. */
  readonly docs: string
}

/** Names that look like models of the provider, but are not. */
export interface Misnamed {
  readonly models: RegExp
  /** What to write instead, as the end of a sentence about the name. */
  readonly write: string
}

/** A provider, as data: its address, formats, authentication and quirks. */
export interface ProviderRow {
  /** Used in model strings: `id/model`. */
  readonly id: string
  /** Display name. */
  readonly name: string
  /** Formats it speaks, best first for chat. The first of each kind is used. */
  readonly protocols: readonly [ProtocolId, ...FormatId[]]
  /** Models whose embeddings use another of `protocols` than the first, by a part of their name. The first match counts. */
  readonly embeddingsByModel?: readonly { readonly part: string; readonly protocol: ProtocolId }[]
  /** Models whose chat differs from the others. The first match counts. */
  readonly chatByModel?: readonly (ChatByModel | Misnamed)[]
  /** Without a trailing slash. `{name}` stands for one of `variables`. */
  readonly baseURL: string
  /** Base URLs that stand in for `baseURL` where a variable has one of `values`. The first match counts. */
  readonly baseURLWhere?: readonly {
    readonly variable: string
    readonly values: readonly string[]
    readonly baseURL: string
  }[]
  /** By name: what fills `baseURL`. The name is also that of the provider's option. */
  readonly variables?: Readonly<Record<string, URLVariable>>
  /** By name: fields of the body that differ between accounts, sent where the options or the environment say them. */
  readonly bodyVariables?: Readonly<Record<string, URLVariable>>
  /** How a request says who makes it. */
  readonly auth: AuthScheme
  /** Environment variables that may hold the key, in order. Empty: no key is needed. */
  readonly env: readonly string[]
  /** A key is sent when there is one, and not missed when there is none. Default false. */
  readonly keyOptional?: boolean
  /** Environment variables that may hold another base URL, in order. */
  readonly baseURLEnv?: readonly string[]
  /**
   * Environment variables that may hold the server's address as it is told to the server itself: `host`,
   * `host:port` or a URL. What is left out is that of `baseURL`.
   */
  readonly addressEnv?: readonly string[]
  /** Headers that every request has. */
  readonly headers?: Readonly<Record<string, string>>
  /** What differs from the format. */
  readonly quirks?: Quirks
  /** Value of `gen_ai.provider.name`, where OpenTelemetry lists another word than `id`. */
  readonly telemetryName?: string
  /**
   * Host names that belong to this provider. One that begins with a dot is a suffix; a star stands for one
   * or more characters within a label. By default the host of `baseURL`, unless that is a local one. By
   * default trace context is not sent to a first-party host, unless it `joinsTraces`.
   */
  readonly hosts?: readonly string[]
  /**
   * Finds, in the origin of a URL, the region whose own endpoint it is, as its first group: where calls to it have a price of
   * their own.
   */
  readonly region?: RegExp
  /** Response headers that identify the answer, lower case, best first, where the name is not `x-request-id`. */
  readonly idHeaders?: readonly string[]
  /**
   * Response header that names the class of an error, lower case, where the body may hold only a message. What follows a
   * colon in it is not a part of the name.
   */
  readonly errorTypeHeader?: string
  /** What its error codes mean that are numbers, which say other things at other providers. */
  readonly errorCodes?: Readonly<Record<string, ErrorClass>>
  /**
   * Page that says so: a vendor whose servers hang their own spans below the caller's, by `traceparent`. Its hosts receive
   * trace context by default.
   */
  readonly joinsTraces?: string
  /** Set when the provider is a gateway. */
  readonly gateway?: GatewayFacts
  /** Page that the row's facts come from. */
  readonly docs: string
}
