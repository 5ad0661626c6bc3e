/** How requests to a provider are authenticated. Data only. */

/** How a key is sent. */
export interface AuthScheme {
  /** Header that carries the key, lower case. */
  readonly header: string
  /** Text before the key, such as `Bearer `. */
  readonly prefix?: string
  /** How a token from a function or {@link source} is sent, if that differs from a key. */
  readonly token?: { readonly header: string; readonly prefix?: string }
  /** Where tokens come from when there is no key. */
  readonly source?: GoogleCredentials
  /** How a request is signed with credentials where there is no key. */
  readonly sign?: RequestSigning
  /** Where a key is exchanged for the tokens that are sent. */
  readonly exchange?: TokenExchange
}

/** A token endpoint (https://www.rfc-editor.org/rfc/rfc6749#section-3.2) that gives tokens for a key. */
export interface TokenExchange {
  readonly url: string
  /** Further form fields of the request, such as `grant_type`. */
  readonly fields: Readonly<Record<string, string>>
  /** Form field of the key. */
  readonly keyField: string
  /** A key with this prefix is a token already, and is sent as it is. */
  readonly tokenPrefix: string
}

/** Google's application default credentials, found by `google-auth-library`. */
export interface GoogleCredentials {
  readonly kind: 'google-adc'
  /** OAuth scope of the tokens. */
  readonly scope: string
}

/**
 * AWS Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). The region
 * is the variable `region` of the row.
 */
export interface RequestSigning {
  readonly kind: 'aws-sigv4'
  /** The service's name in the credential scope, such as `bedrock`. */
  readonly service: string
}
