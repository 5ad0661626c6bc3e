/** Small facts about hub chunks. */
import type { ChatChunk, ChatCompletion } from '../../kernel/hub.js'

/** Whether the chunk has a part of the answer, so that the caller may get the stream. */
export function hasContent(chunk: ChatChunk): boolean {
  return chunk.choices.some((choice) => Boolean(choice.finish_reason) || bringsContent(choice))
}

/** Whether it has more than a finish reason. */
export function bringsContent({ delta }: ChatChunk['choices'][number]): boolean {
  return Boolean(
    delta.content ||
    delta.refusal ||
    delta.reasoning_content ||
    delta.function_call ||
    delta.audio ||
    delta.tool_calls?.length ||
    delta.thinking_blocks?.length ||
    delta.annotations?.length ||
    delta.blocks?.length,
  )
}

export function isUsageOnly(chunk: ChatChunk): boolean {
  return chunk.choices.length === 0 && chunk.usage != null
}

/** The chunks of an answer that came whole although a stream was asked for. */
export function chunksOf(completion: ChatCompletion): readonly ChatChunk[] {
  const { choices, usage, object: _object, ...head } = completion
  const chunk: ChatChunk = {
    ...head,
    object: 'chat.completion.chunk',
    choices: choices.map(({ index, message, finish_reason, logprobs, native_finish_reason }) => {
      const { tool_calls: calls, audio, function_call: call, ...delta } = message
      return {
        index,
        delta: {
          ...delta,
          ...(calls && { tool_calls: calls.map((toolCall, place) => ({ ...toolCall, index: place })) }),
          ...(audio && { audio }),
          ...(call && { function_call: call }),
        },
        finish_reason,
        logprobs,
        ...(native_finish_reason !== undefined && { native_finish_reason }),
      }
    }),
  }
  if (!usage) return [chunk]
  return [chunk, { ...head, object: 'chat.completion.chunk', choices: [], usage }]
}
