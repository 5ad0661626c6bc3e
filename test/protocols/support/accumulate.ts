import { createChatAccumulator } from '../../../src/kernel/accumulate.js'
import type { ChatChunk, ChatCompletion } from '../../../src/kernel/hub.js'

/** The completion that the chunks of a stream come to. */
export function accumulate(chunks: readonly ChatChunk[]): ChatCompletion {
  const accumulator = createChatAccumulator()
  for (const chunk of chunks) accumulator.push(chunk)
  return accumulator.result()
}
