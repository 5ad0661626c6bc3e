/** Finds the secrets in headers and URLs. */
import type { Secrets } from './secrets.js'
import { decodeBytes } from '../platform.js'

/** Headers and parameters that say how something is asked, and never who asks. */
const OPEN: ReadonlySet<string> = new Set(
  (
    'accept,accept-encoding,accept-language,anthropic-beta,anthropic-version,api-version,cache-control,content-type,' +
    'http-referer,idempotency-key,openai-beta,referer,traceparent,tracestate,user-agent,version,x-title'
  ).split(','),
)

/** Names whose values are secrets of any length. */
const TELLING = /auth|key|token|secret|cookie|passw|credential|signature/i

/** Of what has another name, a value of so many characters may be one. */
const LONG = 8

export function addHeaders(secrets: Secrets, headers: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of Object.entries(headers ?? {})) addNamed(secrets, name, value)
}

function addNamed(secrets: Secrets, name: string, value: string): void {
  if (OPEN.has(name.toLowerCase())) return
  const telling = TELLING.test(name)
  if (!telling && value.length < LONG) return
  secrets.add(value)
  if (!telling) return
  // `Bearer …`, `Basic …`, and lists such as `a=…; b=…`.
  for (const piece of value.split(/[\s;,]+/)) {
    if (piece.length < LONG) continue
    secrets.add(piece)
    secrets.add(piece.slice(piece.indexOf('=') + 1))
  }
  const basic = /^basic +([\w+/=-]+)$/i.exec(value.trim())?.[1]
  if (basic === undefined) return
  const pair = new TextDecoder().decode(decodeBytes(basic, 'base64'))
  secrets.add(pair)
  secrets.add(pair.slice(pair.indexOf(':') + 1))
}

/** The user, the password and the parameters of an address. */
export function addAddress(secrets: Secrets, address: string): void {
  if (!URL.canParse(address)) return
  const { username, password, searchParams } = new URL(address)
  for (const part of [username, password]) {
    secrets.add(part)
    secrets.add(unescaped(part))
  }
  for (const [name, value] of searchParams) addNamed(secrets, name, value)
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A stray percent sign: it is as it stands.
    return part
  }
}
