/** `autolog({ streamUsage: true })`: requests ask for the token count of a stream, and the program does not notice. */
import { isObject } from '../../kernel/json.js'
import { settings } from '../../telemetry/settings.js'
import { warnOnce } from '../../telemetry/warn.js'
import type { Args } from '../call-contract.js'

/**
 * A copy of the arguments that asks for usage. `undefined` if the request is no stream, sets the option itself, or goes to a host
 * that refuses it. The body is the first argument, or `body` in the options of a request by path.
 */
export function askForUsage(args: Args, baseURL: string | undefined): unknown[] | undefined {
  const host = baseURL !== undefined && URL.canParse(baseURL) ? new URL(baseURL).hostname : undefined
  if (host !== undefined && settings().identifyHost(host)?.streamOptions === false) return undefined
  for (const [index, arg] of args.slice(0, 2).entries()) {
    if (!isObject(arg)) continue
    const asked = isObject(arg['body']) ? bodyAsked(arg['body']) : bodyAsked(arg)
    if (asked) return args.with(index, isObject(arg['body']) ? { ...arg, body: asked } : asked)
  }
  return undefined
}

function bodyAsked(body: Readonly<Record<string, unknown>>): object | undefined {
  const { stream, stream_options: given } = body
  if (stream !== true || (given !== undefined && given !== null && !isObject(given))) return undefined
  if (isObject(given) && given['include_usage'] !== undefined) return undefined
  return { ...body, stream_options: { ...given, include_usage: true } }
}

/** Whether it is the extra chunk: it has a usage and no choice. */
export function isUsageAlone(chunk: unknown): boolean {
  return isObject(chunk) && Array.isArray(chunk['choices']) && chunk['choices'].length === 0 && isObject(chunk['usage'])
}

export function warnUsageNotSent(): void {
  warnOnce(
    'a stream had no token count, so its span has neither tokens nor cost: its provider sends them when asked, by ' +
      'stream_options: { include_usage: true } of the request, or autolog({ streamUsage: true })',
  )
}
