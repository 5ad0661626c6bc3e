/** What a model of this format takes. */
import { traitsOf, type GeminiTraits } from '../../models/index.js'

/** @param model - A name that says no model (an endpoint's, a tuned model's) is taken for one of the newest. */
export function dialectOf(model: string): GeminiTraits {
  return (traitsOf(model).gemini ?? traitsOf('gemini').gemini) as GeminiTraits
}
