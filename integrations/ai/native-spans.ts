/**
 * `ai` 5 and 6 make spans of their own if a call has `experimental_telemetry: { isEnabled: true }`. Each is replaced by a span of this
 * package, so that there is only one: `ai.generateText` is a workflow, its `doGenerate` the model call, `ai.toolCall` a tool.
 */
import { context, type Attributes, type Context, type Span } from '@opentelemetry/api'
import {
  asString,
  isObject,
  parseJson,
  semconv,
  startCall,
  startStep,
  type CallResponse,
} from '../../src/autolog/contract.js'
import { takeAgent } from './agents.js'
import { modelFormat } from './model-format.js'
import { embeddingFormat } from './other-formats.js'
import { providerName } from './providers.js'
import { TranslatedSpan, type Ends } from './translated-span.js'

const textAt = (attributes: Attributes, key: string): string | undefined => asString(attributes[key])
const jsonAt = (attributes: Attributes, key: string): unknown => parseJson(textAt(attributes, key) ?? 'null')

/** `undefined` for an unknown span, which stays as it is. */
export function translatedSpan(name: string, options: unknown): { span: Span; context: Context } | undefined {
  const attributes = isObject(options) && isObject(options['attributes']) ? (options['attributes'] as Attributes) : {}
  const ends = translate(name, attributes)
  return ends && { span: new TranslatedSpan(ends, attributes), context: ends.context }
}

function translate(name: string, attributes: Attributes): Ends | undefined {
  if (/^ai\.(?:generate|stream)(?:Text|Object)$/.test(name)) return root(name, attributes)
  if (/^ai\.(?:generate|stream)(?:Text|Object)\.do(?:Generate|Stream)$/.test(name)) return modelCall(name, attributes)
  if (name === 'ai.toolCall') return tool(attributes)
  // The spans around `doEmbed` and `doRerank` say no more than those.
  if (/^ai\.(?:embed|embedMany|rerank)$/.test(name))
    return { context: context.active(), span: undefined, end: () => undefined }
  if (name === 'ai.rerank.doRerank') return single(attributes, 'rerank', () => undefined)
  return /^ai\.embed(?:Many)?\.doEmbed$/.test(name) ? single(attributes, 'embeddings', embeddingAnswer) : undefined
}

function root(name: string, attributes: Attributes): Ends {
  const agent = takeAgent()
  const said = textAt(attributes, 'ai.telemetry.functionId')
  const step = startStep(agent === undefined ? 'workflow' : 'agent', said ?? agent ?? name.slice('ai.'.length))
  return { context: step.context, span: step.span, end: (_, errorType) => step.end({ errorType }) }
}

function tool(attributes: Attributes): Ends {
  const step = startStep('tool', textAt(attributes, 'ai.toolCall.name') ?? 'tool', {
    attributes: {
      [semconv.TOOL_TYPE]: 'function',
      [semconv.TOOL_CALL_ID]: textAt(attributes, 'ai.toolCall.id'),
    },
  })
  step.recordArguments(jsonAt(attributes, 'ai.toolCall.args'))
  return {
    context: step.context,
    span: step.span,
    end(all, errorType) {
      const result = textAt(all, 'ai.toolCall.result')
      if (result !== undefined) step.recordResult(parseJson(result) ?? result)
      step.end({ errorType })
    },
  }
}

/** If the class of the model is patched, its call below is the same one and has more facts. */
function modelCall(name: string, attributes: Attributes): Ends {
  const provider = textAt(attributes, 'ai.model.provider')
  const format = modelFormat(provider)
  const model = textAt(attributes, 'ai.model.id')
  const call = startCall({
    operation: 'chat',
    provider: providerName(provider),
    model,
    baseURL: undefined,
    request: (content) => format.request(optionsOf(attributes, name.endsWith('doStream')), { content }),
  })
  return {
    context: call.context,
    span: call.span,
    event: (event) => event === 'ai.stream.firstChunk' && call.chunk(),
    end(all, errorType) {
      const answer =
        all['ai.response.finishReason'] !== undefined && format.answer(resultOf(all), { content: call.content })
      if (answer) call.response(answer)
      // With `recordOutputs: false`, `ai` writes none of it, but the model below does not know that option.
      if (!CONTENT.some((key) => all[key] !== undefined)) call.hideAnswer()
      call.end(errorType === undefined ? {} : { error: failure(errorType) })
    },
  }
}

/** Attributes with the content of an answer. */
const CONTENT = ['ai.response.text', 'ai.response.object', 'ai.response.reasoning', 'ai.response.toolCalls']

function optionsOf(attributes: Attributes, stream: boolean): Record<string, unknown> {
  return {
    stream,
    prompt: jsonAt(attributes, 'ai.prompt.messages'),
    maxOutputTokens: attributes[semconv.REQUEST_MAX_TOKENS],
    temperature: attributes[semconv.REQUEST_TEMPERATURE],
    topP: attributes[semconv.REQUEST_TOP_P],
    topK: attributes[semconv.REQUEST_TOP_K],
    frequencyPenalty: attributes[semconv.REQUEST_FREQUENCY_PENALTY],
    presencePenalty: attributes[semconv.REQUEST_PRESENCE_PENALTY],
    stopSequences: attributes[semconv.REQUEST_STOP_SEQUENCES],
  }
}

function resultOf(all: Attributes): Record<string, unknown> {
  const calls = jsonAt(all, 'ai.response.toolCalls')
  return {
    content: [
      { type: 'reasoning', text: textAt(all, 'ai.response.reasoning') },
      { type: 'text', text: textAt(all, 'ai.response.text') ?? textAt(all, 'ai.response.object') },
      ...(Array.isArray(calls) ? calls.filter(isObject).map((one) => ({ ...one, type: 'tool-call' })) : []),
    ],
    finishReason: textAt(all, 'ai.response.finishReason'),
    response: { id: textAt(all, 'ai.response.id'), modelId: textAt(all, 'ai.response.model') },
    usage: {
      inputTokens: all['ai.usage.inputTokens'] ?? all['ai.usage.promptTokens'],
      outputTokens: all['ai.usage.outputTokens'] ?? all['ai.usage.completionTokens'],
      cachedInputTokens: all['ai.usage.cachedInputTokens'],
      reasoningTokens: all['ai.usage.reasoningTokens'],
    },
  }
}

const embeddingAnswer = (all: Attributes): CallResponse | undefined =>
  embeddingFormat.answer({ usage: { tokens: all['ai.usage.tokens'] } }, {})

function single(
  attributes: Attributes,
  operation: 'embeddings' | 'rerank',
  answerOf: (all: Attributes) => CallResponse | undefined,
): Ends {
  const call = startCall({
    operation,
    provider: providerName(textAt(attributes, 'ai.model.provider')),
    model: textAt(attributes, 'ai.model.id'),
    baseURL: undefined,
    request: undefined,
  })
  return {
    context: call.context,
    span: call.span,
    end(all, errorType) {
      const answer = answerOf(all)
      if (answer) call.response(answer)
      call.end(errorType === undefined ? {} : { error: failure(errorType) })
    },
  }
}

/** Only its name is used. */
const failure = (name: string): Error => Object.assign(new Error(name), { name, code: name })
