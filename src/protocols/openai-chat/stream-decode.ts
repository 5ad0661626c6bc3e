/** Reading streamed answers: https://platform.openai.com/docs/api-reference/chat-streaming */
import { StreamError } from '../../kernel/errors.js'
import type { Annotation, ChatChunk, ChunkChoice, ChunkDelta, ToolCallDelta, Usage } from '../../kernel/hub.js'
import { asNumber, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder } from '../../kernel/protocol.js'
import { errorInChunk, providerErrorOf } from './error.js'
import { finishReasonOf, isFinishReason } from './finish-reason.js'
import { isHubLogprobs, readLogprobs } from './logprobs.js'
import { isAudio, isHubSpeech, readSpeech } from './message.js'
import { sourcesOf } from './sources.js'
import { createToolCallNumbering, type ToolCallNumbering } from './tool-calls.js'
import { usageOf } from './usage.js'

const NOTHING: readonly ChatChunk[] = Object.freeze([])

/** `object` of a completion that is not a chunk. */
const WHOLE = 'chat.completion'

/** What the decoder remembers of one choice. */
interface ChoiceMemory {
  finished: boolean
  called: boolean
  /** Whether a delta came. */
  spoke: boolean
  /** Whether sources came with the text, or were told at its end. */
  cited: boolean
  numbering: ToolCallNumbering | undefined
}

function isHubDelta(delta: JsonObject): boolean {
  return (
    (delta.role === undefined || typeof delta.role === 'string') &&
    (delta.audio === undefined || isAudio(delta.audio)) &&
    (delta.tool_calls === undefined || Array.isArray(delta.tool_calls)) &&
    isHubSpeech(delta)
  )
}

function isHubHead(chunk: JsonObject): boolean {
  return (
    chunk.object === 'chat.completion.chunk' &&
    typeof chunk.id === 'string' &&
    typeof chunk.model === 'string' &&
    typeof chunk.created === 'number'
  )
}

/** Returns the same list if no call had to be changed. */
function numbered(calls: readonly unknown[], memory: ChoiceMemory): readonly ToolCallDelta[] {
  const numbering = (memory.numbering ??= createToolCallNumbering())
  const read = calls.map((call) => numbering.read(call)).filter((call) => call !== undefined)
  const same = read.length === calls.length && read.every((call, place) => call === calls[place])
  return same ? (calls as readonly ToolCallDelta[]) : read
}

function readDelta(wire: unknown, calls: readonly ToolCallDelta[] | undefined): ChunkDelta {
  if (!isObject(wire)) return {}
  const {
    role,
    content,
    refusal,
    tool_calls: _calls,
    function_call: _call,
    annotations: _annotations,
    thinking_blocks: _thinking,
    reasoning_content: _reasoning,
    audio,
    block: _block,
    blocks: _blocks,
    ...rest
  } = wire
  const { content: text, refusal: refused, blocks, ...speech } = readSpeech(wire)
  const raw = blocks?.filter(({ type }) => type === 'raw')
  return {
    ...rest,
    ...(typeof role === 'string' && { role: role as NonNullable<ChunkDelta['role']> }),
    ...((content !== undefined || text !== null) && { content: text }),
    ...((refusal !== undefined || refused !== null) && { refusal: refused }),
    ...speech,
    ...(isAudio(audio) && { audio }),
    ...(calls && calls.length > 0 && { tool_calls: [...calls] }),
    // A list in a delta holds one part as a rule, so these come after what was said before them.
    ...(raw && { blocks: raw }),
  }
}

/**
 * Some servers put a message, or bare text, where the delta belongs. `restated`: MiniMax's streams end with the whole
 * completion, whose words came before.
 */
function speechOf(wire: JsonObject, restated: boolean): JsonObject {
  if (isObject(wire.delta)) return wire.delta
  if (restated) return {}
  return isObject(wire.message) ? wire.message : { content: asString(wire.text) ?? null }
}

/** @param options.content - With `false`, chunks that bring nothing but content give no chunk at all. */
export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const keepContent = options.content ?? true
  const memories = new Map<number, ChoiceMemory>()
  let unfinished = 0
  let ended = false
  let last: JsonObject = {}
  let sources: Annotation[] = []

  function memoryOf(index: number): ChoiceMemory {
    let memory = memories.get(index)
    if (!memory) {
      memory = { finished: false, called: false, spoke: false, cited: false, numbering: undefined }
      memories.set(index, memory)
      unfinished += 1
    }
    return memory
  }

  function finish(memory: ChoiceMemory): void {
    if (!memory.finished) unfinished -= 1
    memory.finished = true
  }

  /** The choice itself when it has the hub's shape. */
  function readChoice(wire: unknown, place: number, whole: boolean): ChunkChoice {
    if (!isObject(wire)) throw new StreamError(`a choice of the chunk is ${typeName(wire)}, not an object`)
    if (isObject(wire.error)) throw providerErrorOf(wire) ?? new StreamError('the stream reported an error')
    const index = asNumber(wire.index) ?? place
    const memory = memoryOf(index)
    const reason = finishReasonOf(wire.finish_reason)
    if (reason) finish(memory)
    const delta = speechOf(wire, whole && memory.spoke)
    memory.spoke = true
    if (Array.isArray(delta.annotations) && delta.annotations.length > 0) memory.cited = true
    const wireCalls = Array.isArray(delta.tool_calls) ? (delta.tool_calls as unknown[]) : undefined
    if (wireCalls && wireCalls.length > 0) memory.called = true
    const calls = wireCalls && keepContent ? numbered(wireCalls, memory) : undefined
    if (
      keepContent &&
      delta === wire.delta &&
      wire.index === index &&
      wire.finish_reason === reason &&
      (wire.native_finish_reason === undefined || typeof wire.native_finish_reason === 'string') &&
      (wire.logprobs === undefined || wire.logprobs === null || isHubLogprobs(wire.logprobs)) &&
      calls === wireCalls &&
      isHubDelta(delta)
    ) {
      return wire as unknown as ChunkChoice
    }
    const { native_finish_reason: ownNative, delta: _delta, message: _message, text: _text, ...rest } = wire
    const word = wire.finish_reason
    const native =
      asString(ownNative) ?? (typeof word === 'string' && reason !== null && !isFinishReason(word) ? word : undefined)
    return {
      ...(keepContent ? rest : {}),
      index,
      delta: keepContent ? readDelta(delta, calls) : {},
      finish_reason: reason,
      ...(keepContent && wire.logprobs !== undefined && { logprobs: readLogprobs(wire.logprobs) }),
      ...(native !== undefined && { native_finish_reason: native }),
    }
  }

  function scalars(chunk: JsonObject, choices: readonly unknown[], usage: Usage | undefined): readonly ChatChunk[] {
    let news = usage !== undefined || chunk.id !== last.id || chunk.model !== last.model
    for (let place = 0; place < choices.length && !news; place += 1) {
      const choice = choices[place]
      news =
        !isObject(choice) ||
        Boolean(choice.finish_reason) ||
        Boolean(choice.error) ||
        !memories.has(asNumber(choice.index) ?? place)
    }
    if (!news) return NOTHING
    const tier = asString(chunk.service_tier) as ChatChunk['service_tier']
    const fingerprint = asString(chunk.system_fingerprint)
    return [
      {
        ...headOf(chunk),
        choices: choices.map((choice, place) => readChoice(choice, place, chunk.object === WHOLE)),
        ...(usage && { usage }),
        ...(tier !== undefined && { service_tier: tier }),
        ...(fingerprint !== undefined && { system_fingerprint: fingerprint }),
      },
    ]
  }

  /** The usual chunk of one choice that goes on, told without a closer look. `last` may stay: it says the same. */
  function isContentAlone(chunk: JsonObject): boolean {
    if (chunk.id !== last.id || chunk.model !== last.model || chunk.usage) return false
    if (chunk.x_groq !== undefined || chunk.base_resp !== undefined || !Array.isArray(chunk.choices)) return false
    const [choice, another] = chunk.choices as readonly unknown[]
    if (!isObject(choice) || another !== undefined || choice.finish_reason || choice.error || choice.usage) return false
    return typeof choice.index === 'number' && memories.has(choice.index)
  }

  /** Sources are told once, with the end of a choice or after it: servers repeat them, and give them late. */
  function cite(choices: ChunkChoice[], chunk: JsonObject): ChunkChoice[] {
    const found = sourcesOf(chunk)
    if (found.length > 0) sources = found
    if (sources.length === 0) return choices
    const told = [...choices]
    for (const [index, memory] of memories) {
      if (!memory.finished || memory.cited) continue
      memory.cited = true
      const at = told.findIndex((choice) => choice.index === index)
      const choice = told[at] ?? { index, delta: {}, finish_reason: null }
      const cited = { ...choice, delta: { ...choice.delta, annotations: sources } }
      if (at === -1) told.push(cited)
      else told[at] = cited
    }
    return told.some((choice, place) => choice !== choices[place]) ? told : choices
  }

  /** A stream that ends well without saying why has stopped, as a whole answer without a reason has. */
  function finishAll(): readonly ChatChunk[] {
    const open = [...memories].filter(([, memory]) => !memory.finished)
    const choices = open.map(([index, memory]): ChunkChoice => {
      finish(memory)
      return { index, delta: {}, finish_reason: memory.called ? 'tool_calls' : 'stop' }
    })
    return [{ ...headOf(last), choices: cite(choices, {}) }]
  }

  return {
    push(chunk, event) {
      if (chunk === '[DONE]') {
        ended = true
        return unfinished > 0 ? finishAll() : NOTHING
      }
      if (!isObject(chunk))
        throw providerErrorOf(chunk) ?? new StreamError(`a chunk is ${typeName(chunk)}, not an object`)
      if (chunk.error || event === 'error')
        throw providerErrorOf(chunk) ?? new StreamError('the stream reported an error')
      if (!keepContent && isContentAlone(chunk)) return NOTHING
      const list = chunk.choices
      if (list !== undefined && list !== null && !Array.isArray(list)) {
        throw new StreamError(`\`choices\` of a chunk is ${typeName(list)}, not an array`)
      }
      const usage = usageOf(chunk)
      const error = !list && !usage ? providerErrorOf(chunk) : errorInChunk(chunk)
      if (error) throw error
      const wireChoices = (list ?? []) as unknown[]
      if (!keepContent) {
        const news = scalars(chunk, wireChoices, usage)
        last = chunk
        return news
      }
      last = chunk
      const hubChoices = cite(readAll(wireChoices, readChoice, chunk.object === WHOLE), chunk)
      if (hubChoices === list && isHubHead(chunk) && (chunk.usage ?? undefined) === usage)
        return [chunk as unknown as ChatChunk]
      const { usage: _usage, ...rest } = chunk
      return [{ ...rest, ...headOf(chunk), choices: hubChoices, ...(usage && { usage }) }]
    },
    end: () => NOTHING,
    get done() {
      return ended || (memories.size > 0 && unfinished === 0)
    },
  }
}

function headOf(chunk: JsonObject): Omit<ChatChunk, 'choices'> {
  return {
    id: asString(chunk.id) ?? '',
    object: 'chat.completion.chunk',
    created: asNumber(chunk.created) ?? 0,
    model: asString(chunk.model) ?? '',
  }
}

/** Maps, but returns the very list when every element came back itself: the usual case costs no array. */
function readAll(
  wires: unknown[],
  read: (wire: unknown, place: number, whole: boolean) => ChunkChoice,
  whole: boolean,
): ChunkChoice[] {
  let changed: ChunkChoice[] | undefined
  for (let place = 0; place < wires.length; place += 1) {
    const choice = read(wires[place], place, whole)
    if (changed) changed.push(choice)
    else if (choice !== wires[place]) changed = [...(wires.slice(0, place) as ChunkChoice[]), choice]
  }
  return changed ?? (wires as ChunkChoice[])
}
