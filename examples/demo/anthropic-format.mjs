// The little of the Anthropic format that the demo's gateway needs: text in, text out.
export function anthropicRequest({ model, max_tokens, messages }) {
  const textOf = (content) => (typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join(''))
  return {
    model,
    max_completion_tokens: max_tokens,
    messages: messages.map(({ role, content }) => ({ role, content: textOf(content) })),
  }
}

export function anthropicAnswer({ id, model, choices, usage }) {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: choices[0].message.content ?? '' }],
    stop_reason: choices[0].finish_reason === 'length' ? 'max_tokens' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens },
  }
}
