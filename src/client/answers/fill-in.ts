/** Fills in id, model and time, which some formats do not have and callers of OpenAI's shape expect. */
import type { ChatChunk, ChatCompletion, ToolCallDelta } from '../../kernel/hub.js'
import type { ChatProtocol, EncodedRequest } from '../../kernel/protocol.js'
import type { Target } from '../../router/target.js'
import type { WireAnswer } from '../transport/body.js'

/**
 * The codec for reading one answer: missing fields are filled with the id of the request, the target's model and the time,
 * and tools get back the caller's names.
 */
export function filledIn(
  codec: ChatProtocol,
  target: Target,
  answer: WireAnswer,
  { toolNames }: Pick<EncodedRequest, 'toolNames'>,
): ChatProtocol {
  let id: string | undefined
  let created: number | undefined
  function complete<T extends ChatChunk | ChatCompletion>(value: T): T {
    if (value.id === '') value.id = id ??= `chatcmpl-${answer.fields.requestId ?? crypto.randomUUID()}`
    if (value.model === '') value.model = target.model
    if (value.created === 0) value.created = created ??= Math.floor(Date.now() / 1000)
    if (toolNames) renameTools(value, toolNames)
    return value
  }
  return {
    ...codec,
    decodeResponse: (wire, options) => complete(codec.decodeResponse(wire, options)),
    createStreamDecoder(options) {
      const decoder = codec.createStreamDecoder(options)
      const all = (chunks: readonly ChatChunk[]): readonly ChatChunk[] => {
        for (const chunk of chunks) complete(chunk)
        return chunks
      }
      return {
        push: (data, event) => all(decoder.push(data, event)),
        end: () => all(decoder.end()),
        get done() {
          return decoder.done
        },
      }
    },
  }
}

/** The names are whole in an answer, and in the chunk that begins a call. */
function renameTools({ choices }: ChatChunk | ChatCompletion, names: ReadonlyMap<string, string>): void {
  for (const choice of choices) {
    const { tool_calls: calls = [] } = 'delta' in choice ? choice.delta : choice.message
    for (const { function: named, custom } of calls as readonly ToolCallDelta[]) {
      for (const made of [named, custom]) if (made?.name !== undefined) made.name = names.get(made.name) ?? made.name
    }
  }
}
