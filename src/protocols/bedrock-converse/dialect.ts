/** What a model behind Converse takes of the API, and where its own settings go. */
import { traitsOf, type ConverseTraits } from '../../models/index.js'

/** A model this version does not know, or an ARN that does not name it. */
const UNKNOWN: ConverseTraits = { topK: 'top_k', jsonSchema: true }

/** @param model - A model id, an inference profile (`us.…`), or the ARN of either. */
export function dialectOf(model: string): ConverseTraits {
  return traitsOf(model).converse ?? UNKNOWN
}
