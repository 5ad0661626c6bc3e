/** The options of `serve()`. */
import type { Access, RequestHead } from '../client/endpoint/index.js'
import type { LogEntry } from './access-log.js'

/** Finds what the holder of a key may do; `undefined`: nobody has that key. */
export type KeyCheck = (key: string, request: RequestHead) => Access | undefined | Promise<Access | undefined>

/** TLS, as PEM text or the path of a PEM file. */
export interface TlsOptions {
  /** The certificate, with those that lead to its root. */
  readonly cert: string
  /** Its private key. */
  readonly key: string
  /** Opens the key, if it is encrypted. */
  readonly passphrase?: string | undefined
}

/** Options of `serve()`. */
export interface GatewayOptions {
  /** Default 4000, where programs that know LiteLLM's proxy look; 0: any that is free. */
  readonly port?: number | undefined
  /**
   * The address to listen at. Default `127.0.0.1`, which only this machine can reach. Any other one needs `masterKey` or `keys`.
   */
  readonly host?: string | undefined
  /**
   * A key that may do everything. Requests carry it as SDKs do: `Authorization: Bearer`, `x-api-key`, `x-goog-api-key` or `api-key`.
   * Default: no key is asked for, and only programs of this machine are answered.
   */
  readonly masterKey?: string | undefined
  /** Finds the holders of other keys. */
  readonly keys?: KeyCheck | undefined
  /** Bytes that the body of a request may have. Default 64 MiB. */
  readonly bodyLimit?: number | undefined
  /** Bytes that the headers of a request may have together. Default 32 KiB. */
  readonly headerLimit?: number | undefined
  /** Milliseconds for the headers of a request to arrive. Default 15 000. */
  readonly headersTimeout?: number | undefined
  /** Milliseconds for a whole request to arrive, its body included. Default 120 000. Answers may take longer. */
  readonly requestTimeout?: number | undefined
  /** Milliseconds for which an idle connection is kept. Default 65 000: longer than load balancers keep theirs. */
  readonly keepAliveTimeout?: number | undefined
  /** Milliseconds that `close()` gives to open answers. Default 30 000. */
  readonly shutdownTimeout?: number | undefined
  /** Default: plain HTTP. */
  readonly tls?: TlsOptions | undefined
  /** Origins of web pages that may call, such as `https://app.example`; `*`: all. Default: none. */
  readonly cors?: readonly string[] | undefined
  /** Called with each answered request, at the end of its answer. Probes are left out. Default: nothing is logged. */
  readonly log?: ((entry: LogEntry) => void) | undefined
}
