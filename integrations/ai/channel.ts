/** `ai` 7 publishes all its operations on the tracing channel `ai:telemetry`. */
import {
  asString,
  isObject,
  path,
  semconv,
  type BeginRun,
  type CallDeclaration,
  type ChannelRun,
  type Format,
  type StepDeclaration,
  type StepOutcome,
} from '../../src/autolog/contract.js'
import { takeAgent } from './agents.js'
import { modelFormat } from './model-format.js'
import { embeddingFormat, otherFormat, speechFormat, transcriptFormat } from './other-formats.js'
import { providerName } from './providers.js'

type Event = Readonly<Record<string, unknown>>

/** What runs below a root run need to know of it. */
interface RootFacts {
  readonly streams: boolean
}

/** Operations that are one model call. */
const SINGLE: Readonly<Record<string, Format>> = {
  embed: embeddingFormat,
  embedMany: embeddingFormat,
  rerank: otherFormat('rerank'),
  experimental_decide: otherFormat('decide'),
  generateSpeech: speechFormat,
  transcribe: transcriptFormat,
  streamTranscribe: transcriptFormat,
}

export const beginRun: BeginRun = (message, factsOf) => {
  const { type, event } = message as { readonly type?: unknown; readonly event?: unknown }
  if (typeof type !== 'string' || !isObject(event)) return undefined
  const id = asString(event['callId'])
  switch (type) {
    case 'generateText':
    case 'streamText':
      return { step: root(type, event), id, facts: { streams: type === 'streamText' } satisfies RootFacts }
    case 'languageModelCall':
      return modelCall(event, (factsOf(id) as RootFacts | undefined)?.streams === true, id)
    case 'executeTool':
      return { step: toolStep(event['toolCall']), parentId: id }
    default: {
      const format = Object.hasOwn(SINGLE, type) ? SINGLE[type] : undefined
      return format && { call: declare(event, format), id }
    }
  }
}

/** The loop of model calls and tools for one prompt: an agent, or a workflow of the program. */
function root(type: string, event: Event): StepDeclaration {
  const agent = takeAgent()
  const name = asString(event['functionId'])
  return agent === undefined ? { kind: 'workflow', name: name ?? type } : { kind: 'agent', name: name ?? agent }
}

/** One attempt: a call that is retried is a model call each time. */
function modelCall(event: Event, streams: boolean, parentId: string | undefined): ChannelRun {
  const request = streams ? { ...event, stream: true } : event
  return {
    call: { ...declare(request, modelFormat(asString(event['provider']))), stream: (result) => path(result, 'stream') },
    parentId,
  }
}

function declare(event: Event, protocol: Format): CallDeclaration {
  const model = asString(event['modelId'])
  return {
    protocol,
    layer: 'framework',
    provider: providerName(asString(event['provider'])),
    model: () => model,
    request: () => event,
    // `ai` leaves out what the call must not record: the content of the request, or the whole answer.
    hidesAnswer: event['recordOutputs'] === false,
    withoutAnswer: event['recordInputs'] === false || event['recordOutputs'] === false,
  }
}

/** @param call - `{ toolCallId, toolName, input }`. */
export function toolStep(call: unknown): StepDeclaration {
  const id = asString(path(call, 'toolCallId'))
  return {
    kind: 'tool',
    name: asString(path(call, 'toolName')) ?? 'tool',
    attributes: () => ({ [semconv.TOOL_TYPE]: 'function', [semconv.TOOL_CALL_ID]: id }),
    input: () => path(call, 'input'),
    output: (result) => path(result, 'output', 'output'),
    errorType: toolErrorOf,
  }
}

/** An error of a tool is a result for the model; the operation itself does not fail. */
function toolErrorOf({ result }: StepOutcome): string | undefined {
  if (path(result, 'output', 'type') !== 'tool-error') return undefined
  return asString(path(result, 'output', 'error', 'name')) ?? semconv.ERROR_TYPE_TOOL
}
