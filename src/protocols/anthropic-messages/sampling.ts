/** Temperature, `top_p` and `top_k`, which models of the format take in different measure. */
import type { ChatRequest } from '../../kernel/hub.js'
import type { Limits } from '../../kernel/limits.js'
import type { Dialect } from './dialect.js'

export interface Sampling {
  readonly temperature: number | undefined
  readonly topK: number | undefined
  readonly topP: number | undefined
}

const NONE = 'the model takes only the default, 1'

/** @param thinks - Thinking is sent that the caller did not spell out, so the rest of the request has to fit it. */
export function encodeSampling(request: ChatRequest, traits: Dialect, thinks: boolean, limits: Limits): Sampling {
  let temperature = request.temperature ?? undefined
  let topK = request.top_k ?? undefined
  let topP = request.top_p ?? undefined
  if (thinks || !traits.sampling) {
    if (temperature !== undefined && temperature !== 1) {
      limits.unsupported('temperature', traits.sampling ? 'with reasoning_effort only 1 is taken' : NONE)
      temperature = undefined
    }
    // The newest models still take a `top_k`.
    if (topK !== undefined && thinks) {
      limits.unsupported('top_k', 'reasoning_effort excludes it')
      topK = undefined
    }
    if (topP !== undefined && (traits.sampling ? topP < 0.95 : topP !== 1)) {
      limits.unsupported('top_p', traits.sampling ? 'with reasoning_effort only 0.95 to 1 is taken' : NONE)
      topP = undefined
    }
  }
  if (temperature !== undefined && temperature > 1) {
    limits.unsupported('temperature', 'its highest value is 1', '1 is sent, its highest value')
    temperature = 1
  }
  if (temperature !== undefined && topP !== undefined && !traits.bothSamplers) {
    // The value that changes nothing gives way.
    if (temperature === 1 && topP !== 1) temperature = undefined
    else {
      if (topP !== 1) limits.unsupported('top_p', 'the model takes it or a temperature, not both')
      topP = undefined
    }
  }
  return { temperature, topK, topP }
}
