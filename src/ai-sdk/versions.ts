/** From the words of AI SDK 7, in which everything is written, to those of 6 and 5. */
import type {
  AiVersion,
  Content,
  FlatUsage,
  OtherWarning,
  StreamPart,
  StreamResult,
  TextResult,
  TokenUsage,
  Warning,
  Words,
} from './given.js'

/** Specification by version. */
export const SPECIFICATION: { readonly [V in AiVersion]: Words[V]['spec'] } = { 5: 'v2', 6: 'v3', 7: 'v4' }

/** How one version says what another one says. */
export interface Translation<V extends AiVersion> {
  text(result: TextResult): TextResult<V>
  stream(result: StreamResult): StreamResult<V>
  warnings(warnings: Warning[]): Words[V]['warning'][]
}

export const TRANSLATIONS: { readonly [V in AiVersion]: Translation<V> } = {
  7: { text: (result) => result, stream: (result) => result, warnings: (warnings) => warnings },
  6: {
    text: (result) => ({ ...result, content: result.content.map(bare) }),
    stream: (result) => ({ ...result, stream: through(result.stream, bare) }),
    warnings: (warnings) => warnings,
  },
  5: {
    text: ({ content, usage, finishReason, warnings, ...result }) => ({
      ...result,
      content: content.map(bare),
      usage: flat(usage),
      finishReason: finishReason.unified,
      warnings: warnings.map(inWords),
    }),
    stream: (result) => ({ ...result, stream: through(result.stream, part5) }),
    warnings: (warnings) => warnings.map(inWords),
  },
}

type File = Extract<Content, { type: 'file' }>

/** Before 7, the data of a file stands bare. */
function bare<T extends { type: string }>(part: T | File): Exclude<T, File> | (Omit<File, 'data'> & { data: string }) {
  if (part.type !== 'file') return part as Exclude<T, File>
  const { data, ...rest } = part as File
  return { ...rest, data: data.data }
}

function part5(part: StreamPart): StreamPart<5> {
  if (part.type === 'stream-start') return { ...part, warnings: part.warnings.map(inWords) }
  if (part.type !== 'finish') return bare(part)
  const { usage, finishReason, ...rest } = part
  return { ...rest, usage: flat(usage), finishReason: finishReason.unified }
}

function flat({ inputTokens: input, outputTokens: output }: TokenUsage): FlatUsage {
  const known = input.total !== undefined || output.total !== undefined
  return {
    inputTokens: input.total,
    outputTokens: output.total,
    totalTokens: known ? (input.total ?? 0) + (output.total ?? 0) : undefined,
    ...(output.reasoning !== undefined && { reasoningTokens: output.reasoning }),
    ...(input.cacheRead !== undefined && { cachedInputTokens: input.cacheRead }),
  }
}

/** Version 5 names settings of its own types only. */
function inWords(warning: Warning): OtherWarning {
  if (warning.type === 'other') return warning
  const { feature, details } = warning
  return { type: 'other', message: `not supported: ${feature}${details === undefined ? '' : `; ${details}`}` }
}

function through<A, B>(stream: ReadableStream<A>, change: (part: A) => B): ReadableStream<B> {
  return stream.pipeThrough(new TransformStream<A, B>({ transform: (part, sink) => sink.enqueue(change(part)) }))
}
