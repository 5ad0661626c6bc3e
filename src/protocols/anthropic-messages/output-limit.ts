/** `max_tokens`, which the format requires and callers need not give. */
import { estimateTokens } from '../../kernel/estimate-tokens.js'
import type { ChatRequest } from '../../kernel/hub.js'
import type { Limits } from '../../kernel/limits.js'
import { traitsOf } from '../../models/index.js'

/** For a model whose maximum is not known. */
const UNKNOWN_MOST = 4096
/** The least output limit after a long input. */
const LEAST = 1024
/** The estimate of the input may be that much too low. */
const MARGIN = 1.25

/**
 * What the caller gives, or else as much as the model can: what is not used costs nothing.
 *
 * @param preset - What the provider's row or options preset.
 */
export function outputLimit(request: ChatRequest, model: string, preset: number | undefined, limits: Limits): number {
  const given = request.max_completion_tokens ?? request.max_tokens
  if (given != null) return given
  if (preset !== undefined) {
    limits.warn(`\`max_tokens\` is required and not given: ${preset} is sent, the provider's \`defaultMaxTokens\``)
    return preset
  }
  const { maxOutput, strictWindow } = traitsOf(model)
  if (maxOutput === undefined) {
    limits.warn(
      `\`max_tokens\` is required and not given: ${UNKNOWN_MOST} is sent, since the maximum of \`${model}\` is not known; set max_tokens`,
    )
    return UNKNOWN_MOST
  }
  const room = strictWindow === undefined ? maxOutput : strictWindow - Math.ceil(estimateTokens(request) * MARGIN)
  const limit = Math.max(LEAST, Math.min(maxOutput, room))
  const why = limit === maxOutput ? 'the maximum of the model' : 'what its context window leaves after the input'
  limits.warn(`\`max_tokens\` is required and not given: ${limit} is sent, ${why}; set max_tokens for less`)
  return limit
}
