/** An answer that is there, as the stream that it could have been: role, content, calls, end, usage. */
import type { ChatChoice, ChatChunk, ChatCompletion, ChunkChoice, ChunkDelta } from '../../kernel/hub.js'

export function replayOf(completion: ChatCompletion): readonly ChatChunk[] {
  const { choices, usage, object: _object, raw, ...head } = completion
  const chunk = (own: readonly ChunkChoice[]): ChatChunk => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [...own],
  })
  const chunks = choices.flatMap((choice) => pieces(choice).map((piece) => chunk([piece])))
  const last = chunks.at(-1)
  // Fields of the whole answer: the last ones count.
  if (raw && last) last.raw = raw
  return usage ? [...chunks, { ...chunk([]), usage }] : chunks
}

function pieces({ index, message, finish_reason, logprobs, native_finish_reason: native }: ChatChoice): ChunkChoice[] {
  const { role, ...said } = message
  const piece = (delta: ChunkDelta): ChunkChoice => ({ index, delta, finish_reason: null, logprobs: null })
  const deltas = deltasOf(said)
  const [first = {}] = deltas.filter(({ content }) => content != null && content !== '')
  return [
    piece({ role, content: said.content === null ? null : '' }),
    ...deltas.map((delta) => ({ ...piece(delta), ...(delta === first && { logprobs }) })),
    { ...piece({}), finish_reason, ...(native !== undefined && { native_finish_reason: native }) },
  ]
}

function deltasOf(said: Omit<ChatChoice['message'], 'role'>): readonly ChunkDelta[] {
  const {
    content,
    refusal,
    reasoning_content,
    thinking_blocks,
    tool_calls: calls = [],
    audio,
    function_call,
    ...rest
  } = said
  const called = calls.map((call, index) => ({ ...call, index }))
  const thought: ChunkDelta = {
    ...(reasoning_content && { reasoning_content }),
    ...(thinking_blocks && { thinking_blocks }),
  }
  const spoken: ChunkDelta = { ...(content && { content }), ...(refusal && { refusal }), ...rest }
  const others: ChunkDelta = { ...(audio && { audio }), ...(function_call && { function_call }) }
  // Blocks say in which order all of it came.
  const deltas =
    said.blocks === undefined
      ? [thought, spoken, ...called.map((call) => ({ tool_calls: [call] })), others]
      : [{ ...thought, ...spoken, ...(called.length > 0 && { tool_calls: called }), ...others }]
  return deltas.filter((delta) => Object.keys(delta).length > 0)
}
