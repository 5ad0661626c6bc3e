/** Writing streamed answers, for a gateway's clients. */
import type { ChatChunk, ChunkChoice } from '../../kernel/hub.js'
import type { StreamEncoder, WireEvent } from '../../kernel/protocol.js'

function withoutRaw(chunk: ChatChunk): ChatChunk {
  if (!chunk.raw) return chunk
  const { raw: _raw, ...plain } = chunk
  return plain
}

/** Hub chunks to OpenAI's: without block numbers, and with the role that clients expect on a choice's first chunk. */
export function createStreamEncoder(): StreamEncoder {
  const begun = new Set<number>()

  function encodeChoice(choice: ChunkChoice): ChunkChoice {
    const { delta } = choice
    const first = !begun.has(choice.index)
    begun.add(choice.index)
    const needsRole = first && delta.role === undefined
    if (!needsRole && delta.block === undefined && delta.blocks === undefined) return choice
    const { block: _block, blocks: _blocks, ...plain } = delta
    return { ...choice, delta: needsRole ? { role: 'assistant', ...plain } : plain }
  }

  function says(choice: ChunkChoice, plain: ChunkChoice): boolean {
    return choice === plain || choice.finish_reason !== null || Object.keys(plain.delta).length > 0
  }

  return {
    push(given) {
      const chunk = withoutRaw(given)
      const choices = chunk.choices.map(encodeChoice)
      if (choices.every((choice, place) => choice === chunk.choices[place])) return [{ data: chunk }]
      const telling = choices.filter((choice, place) => says(chunk.choices[place]!, choice))
      if (telling.length === 0 && !chunk.usage) return []
      return [{ data: { ...chunk, choices: telling } }]
    },
    end(): readonly WireEvent[] {
      return [{ data: '[DONE]' }]
    },
  }
}
