/** Handles parameters that a format does not support: one place decides between an error and a warning. */
import { UnsupportedParameterError } from './errors.js'
import type { EncodeContext } from './protocol.js'

export interface Limits {
  /** Throws, or warns that the parameter is left out, or what is done `instead`, when the caller allowed that. */
  unsupported(parameter: string, hint?: string, instead?: string): void
  /** Warns of changes that do not affect the answer. Each message is given once a request. */
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
