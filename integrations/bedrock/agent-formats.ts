/**
 * What agents, flows and knowledge bases of Bedrock ask and answer, in the terms of chat
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Agents_for_Amazon_Bedrock_Runtime.html).
 */
import { asArray, asNumber, asString, isObject, path, type Format, type hub } from '../../src/autolog/contract.js'
import { textAnswer, textRequest } from '../shared/text-answer.js'

interface Tokens {
  readonly input: number
  readonly output: number
}

/** What one event of a stream, or a whole answer, says. */
interface Piece {
  readonly text?: string | Uint8Array | undefined
  readonly calls?: readonly hub.ToolCall[]
  /** Traces of the run, of which each model call has its tokens. */
  readonly traces?: readonly unknown[]
  /** Whether the answer may end after it: of some streams no event says that it is the last, nor why. */
  readonly mayEnd?: true
  readonly finish?: hub.FinishReason
}

/** The output of a model, and before it the input with the model's name, are in traces of several kinds. */
const modelCallsIn = (traces: readonly unknown[], side: 'modelInvocationInput' | 'modelInvocationOutput'): unknown[] =>
  traces
    .flatMap((trace) => (isObject(trace) ? Object.values(trace) : []))
    .map((one) => path(one, side))
    .filter(isObject)

function tokensIn(traces: readonly unknown[]): Tokens[] {
  return modelCallsIn(traces, 'modelInvocationOutput').flatMap((output) => {
    const usage = path(output, 'metadata', 'usage')
    const [input, written] = [asNumber(path(usage, 'inputTokens')), asNumber(path(usage, 'outputTokens'))]
    return input === undefined && written === undefined ? [] : [{ input: input ?? 0, output: written ?? 0 }]
  })
}

function modelsIn(traces: readonly unknown[]): string[] {
  return modelCallsIn(traces, 'modelInvocationInput').flatMap((one) => asString(path(one, 'foundationModel')) ?? [])
}

const sum = (all: readonly Tokens[]): Tokens | undefined =>
  all.length === 0
    ? undefined
    : all.reduce((total, one) => ({ input: total.input + one.input, output: total.output + one.output }))

/** Puts pieces together. */
function createAnswer(): { add(piece: Piece): void; readonly done: boolean; result(): hub.ChatCompletion } {
  const decoder = new TextDecoder()
  const calls: hub.ToolCall[] = []
  const tokens: Tokens[] = []
  const models = new Set<string>()
  let text = ''
  let finish: hub.FinishReason | undefined
  let mayEnd = false
  return {
    add(piece) {
      const { text: more, traces = [] } = piece
      if (more !== undefined) text += typeof more === 'string' ? more : decoder.decode(more, { stream: true })
      calls.push(...(piece.calls ?? []))
      tokens.push(...tokensIn(traces))
      for (const model of modelsIn(traces)) models.add(model)
      finish = piece.finish ?? finish
      mayEnd ||= piece.mayEnd === true || piece.finish !== undefined
    },
    get done() {
      return mayEnd
    },
    result() {
      // Tokens of several models cannot be told apart in one answer, so that it names none.
      const [model = ''] = models.size === 1 ? models : []
      return { ...textAnswer({ text, finish, calls, tokens: sum(tokens) }), model }
    },
  }
}

export interface AgentFormat {
  /** The text that is asked. */
  readonly asked: (input: unknown) => unknown
  readonly read: (piece: unknown) => Piece
}

export function formatOf({ asked, read }: AgentFormat): Format {
  return {
    operation: undefined,
    request: (input) => ({ chat: textRequest(asString(asked(input)), {}) }),
    answer(result) {
      const answer = createAnswer()
      answer.add(read(result))
      return { chat: answer.result() }
    },
    stream() {
      const answer = createAnswer()
      return {
        push: (piece) => answer.add(read(piece)),
        get done() {
          return answer.done
        },
        result: () => ({ chat: answer.result() }),
      }
    },
  }
}

/** A function that the agent leaves to the program. */
function callsIn(returned: unknown): hub.ToolCall[] {
  const id = asString(path(returned, 'invocationId')) ?? ''
  return asArray(path(returned, 'invocationInputs')).map((input: unknown) => {
    const named = path(input, 'functionInvocationInput')
    const called = named ?? path(input, 'apiInvocationInput')
    const name =
      asString(path(named, 'function')) ?? `${String(path(called, 'httpMethod'))} ${String(path(called, 'apiPath'))}`
    const given = asArray(path(called, 'parameters')).map((one: unknown) => [path(one, 'name'), path(one, 'value')])
    return { id, type: 'function', function: { name, arguments: JSON.stringify(Object.fromEntries(given)) } }
  })
}

export const agent = formatOf({
  asked: (input) => path(input, 'inputText'),
  read(piece) {
    const returned = path(piece, 'returnControl')
    if (returned !== undefined) return { calls: callsIn(returned), finish: 'tool_calls' }
    const bytes = path(piece, 'chunk', 'bytes')
    if (bytes instanceof Uint8Array) return { text: bytes, mayEnd: true }
    return { traces: [path(piece, 'trace', 'trace')] }
  },
})

const documentText = (content: unknown): string | undefined => {
  const document = path(content, 'document')
  return document === undefined ? undefined : (asString(document) ?? JSON.stringify(document))
}

export const flow = formatOf({
  asked: (input) =>
    asArray(path(input, 'inputs'))
      .map((one: unknown) => documentText(path(one, 'content')) ?? '')
      .join('\n'),
  read(piece) {
    const dependency = path(piece, 'flowTraceEvent', 'trace', 'nodeDependencyTrace', 'traceElements', 'agentTraces')
    return {
      text: documentText(path(piece, 'flowOutputEvent', 'content')),
      traces: asArray(dependency).map((one: unknown) => path(one, 'trace')),
      ...(path(piece, 'flowCompletionEvent') !== undefined && { finish: 'stop' }),
    }
  },
})

/** A whole answer has the member that an event has. */
export const generated = formatOf({
  asked: (input) => path(input, 'input', 'text'),
  read(piece) {
    const text = asString(path(piece, 'output', 'text'))
    return text === undefined ? {} : { text, mayEnd: true }
  },
})

export const agenticRetrieval = formatOf({
  asked: (input) =>
    asArray(path(input, 'messages'))
      .map((message: unknown) => asString(path(message, 'content', 'text')) ?? '')
      .join('\n'),
  read: (piece) => ({
    text: asString(path(piece, 'responseEvent', 'text')),
    ...(path(piece, 'result') !== undefined && { finish: 'stop' }),
  }),
})

export const optimizedPrompt = formatOf({
  asked: (input) => path(input, 'input', 'textPrompt', 'text'),
  read(piece) {
    const text = asString(path(piece, 'optimizedPromptEvent', 'optimizedPrompt', 'textPrompt', 'text'))
    return text === undefined ? {} : { text, mayEnd: true }
  },
})

export const generatedQuery = formatOf({
  asked: (input) => path(input, 'queryGenerationInput', 'text'),
  read: (answer) => ({
    text: asArray(path(answer, 'queries'))
      .map((query: unknown) => asString(path(query, 'sql')) ?? '')
      .join('\n'),
    finish: 'stop',
  }),
})
