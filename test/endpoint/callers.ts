/** Programs that call the endpoint, each by its vendor's SDK, in the same way. */
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'

/** What a program got. */
export interface Got {
  readonly text: string
  /** Its call of a tool, by name and arguments. */
  readonly tool?: { readonly name: string; readonly arguments: unknown } | undefined
  readonly tokens: { readonly input: number; readonly output: number } | undefined
}

export interface CallerError {
  readonly status: number | undefined
  /** The class of the SDK. */
  readonly name: string
  readonly message: string
}

export interface Caller {
  chat(model: string): Promise<Got>
  stream(model: string): Promise<Got>
  /** Offers a tool. */
  tool(model: string): Promise<Got>
  streamTool(model: string): Promise<Got>
}

export const QUESTION = 'What is two plus two?'
export const parameters = {
  type: 'object' as const,
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
}
const description = 'Adds two numbers'
const messages = [{ role: 'user' as const, content: QUESTION }]

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown)
}

type Call = (body: object) => Promise<Got>

function callerOf(whole: Call, streamed: Call, tools: readonly object[]): Caller {
  return {
    chat: (model) => whole({ model }),
    stream: (model) => streamed({ model }),
    tool: (model) => whole({ model, tools }),
    streamTool: (model) => streamed({ model, tools }),
  }
}

export function chatCaller(client: OpenAI): Caller {
  const tools = [{ type: 'function' as const, function: { name: 'add', description, parameters } }]
  const whole = async (body: object): Promise<Got> => {
    const { choices, usage } = await client.chat.completions.create({ messages, ...body } as never)
    const [call] = choices[0]?.message.tool_calls ?? []
    const tool = call?.type === 'function' ? call.function : undefined
    return {
      text: choices[0]?.message.content ?? '',
      tool: tool && { name: tool.name, arguments: parsed(tool.arguments) },
      tokens: usage && { input: usage.prompt_tokens, output: usage.completion_tokens },
    }
  }
  const streamed = async (body: object): Promise<Got> => {
    const stream = client.chat.completions.stream({
      messages,
      stream_options: { include_usage: true },
      ...body,
    } as never)
    const { choices, usage } = await stream.finalChatCompletion()
    const [call] = choices[0]?.message.tool_calls ?? []
    const tool = call?.type === 'function' ? call.function : undefined
    return {
      text: choices[0]?.message.content ?? '',
      tool: tool && { name: tool.name, arguments: parsed(tool.arguments) },
      tokens: usage && { input: usage.prompt_tokens, output: usage.completion_tokens },
    }
  }
  return callerOf(whole, streamed, tools)
}

export function responsesCaller(client: OpenAI): Caller {
  const tools = [{ type: 'function' as const, name: 'add', description, parameters, strict: null }]
  const read = ({ output, output_text, usage }: OpenAI.Responses.Response): Got => {
    const call = output.find((item) => item.type === 'function_call')
    return {
      text: output_text,
      tool: call && { name: call.name, arguments: parsed(call.arguments) },
      tokens: usage && { input: usage.input_tokens, output: usage.output_tokens },
    }
  }
  const whole = async (body: object) => read(await client.responses.create({ input: QUESTION, ...body } as never))
  const streamed = async (body: object) =>
    read(await client.responses.stream({ input: QUESTION, ...body } as never).finalResponse())
  return callerOf(whole, streamed, tools)
}

export function messagesCaller(client: Anthropic): Caller {
  const tools = [{ name: 'add', description, input_schema: parameters }]
  const read = ({ content, usage }: Anthropic.Message): Got => {
    const call = content.find((block) => block.type === 'tool_use')
    return {
      text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      tool: call && { name: call.name, arguments: call.input },
      tokens: { input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0), output: usage.output_tokens },
    }
  }
  const body = (model: string) => ({ model, max_tokens: 100, messages })
  return {
    chat: async (model) => read(await client.messages.create(body(model))),
    stream: async (model) => read(await client.messages.stream(body(model)).finalMessage()),
    tool: async (model) => read(await client.messages.create({ ...body(model), tools })),
    streamTool: async (model) => read(await client.messages.stream({ ...body(model), tools }).finalMessage()),
  }
}
