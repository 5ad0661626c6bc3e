/** What a request asks for and a format cannot say: one place decides between an error and a warning. */
import { UnsupportedParameterError } from './errors.js'
import type { EncodeContext } from './protocol.js'

export interface Limits {
  /** Throws, or warns that the parameter is left out, or what is done `instead`, when the caller allowed that. */
  unsupported(parameter: string, hint?: string, instead?: string): void
  /** For what changes nothing in the answer, or is said in another way. Each message once a request. */
  warn(message: string): void
}

export function limitsOf(context: EncodeContext): Limits {
  const said = new Set<string>()
  function warn(message: string): void {
    if (said.has(message)) return
    said.add(message)
    context.warn(message)
  }
  return {
    warn,
    unsupported(parameter, hint, instead = 'left out') {
      if (!context.dropUnsupported) throw new UnsupportedParameterError(parameter, context.provider, hint)
      context.onDropped?.(parameter, hint)
      warn(`${context.provider} does not support \`${parameter}\`: ${instead}`)
    },
  }
}
