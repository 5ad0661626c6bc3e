/** The field `user`, which programs fill with more than a name: Claude Code sends a device, an account and a session as JSON. */
import type { EncodeContext } from '../../kernel/protocol.js'

/** Leaves out a user that is longer than the provider takes: half of one may be another's. */
export function dropLongUser(request: object, { quirks }: EncodeContext, warn: (message: string) => void): void {
  const { maxUser = Number.POSITIVE_INFINITY } = quirks
  const fields = request as Record<string, unknown>
  for (const field of ['user', 'safety_identifier'] as const) {
    const value = fields[field]
    if (typeof value !== 'string' || value.length <= maxUser) continue
    warn(`\`${field}\` has ${value.length} characters, and the provider takes ${maxUser}: left out`)
    delete fields[field]
  }
}
