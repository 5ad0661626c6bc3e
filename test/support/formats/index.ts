/** Wire formats of the fake provider beside those of OpenAI and Anthropic, told by the path. */
import { cohere } from './cohere.js'
import { gemini } from './gemini.js'
import { interactions } from './interactions.js'
import type { FakeFormat } from './shape.js'

const FORMATS: readonly FakeFormat[] = [gemini, interactions, cohere]

export function formatAt(path: string): FakeFormat | undefined {
  return FORMATS.find((format) => format.path.test(path))
}
