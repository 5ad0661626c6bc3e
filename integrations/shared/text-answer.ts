/** A text that a model wrote, as an answer of chat: for libraries whose answers have no wire format of their own. */
import type { hub } from '../../src/autolog/contract.js'

export interface TextAnswer {
  readonly text: string
  /** What it thought before. */
  readonly reasoning?: string | undefined
  /** Absent where nobody said why it stopped. */
  readonly finish?: hub.FinishReason | undefined
  readonly calls?: readonly hub.ToolCall[]
  /** In place of `tokens`, where more is known. */
  readonly usage?: hub.Usage | undefined
  /** Tokens of the prompt and of the text, where both are known. */
  readonly tokens?: { readonly input: number; readonly output: number } | undefined
}

export function textAnswer({ text, reasoning, finish, calls = [], usage, tokens }: TextAnswer): hub.ChatCompletion {
  return {
    id: '',
    object: 'chat.completion',
    created: 0,
    model: '',
    choices: [
      {
        index: 0,
        finish_reason: finish as hub.FinishReason,
        message: {
          role: 'assistant',
          content: text,
          refusal: null,
          ...(reasoning && { reasoning_content: reasoning }),
          ...(calls.length > 0 && { tool_calls: [...calls] }),
        },
        logprobs: null,
      },
    ],
    ...(usage && { usage }),
    ...(tokens && {
      usage: {
        prompt_tokens: tokens.input,
        completion_tokens: tokens.output,
        total_tokens: tokens.input + tokens.output,
      },
    }),
  }
}

/** A request that is one text. Settings that are not numbers are left out. */
export function textRequest(
  text: string | undefined,
  settings: Readonly<Partial<Record<'temperature' | 'top_p' | 'top_k' | 'seed' | 'max_completion_tokens', unknown>>>,
): hub.ChatRequest {
  const known = Object.entries(settings).filter(([, value]) => typeof value === 'number')
  return {
    model: '',
    messages: text === undefined ? [] : [{ role: 'user', content: text }],
    ...Object.fromEntries(known),
  }
}
