/** Converts events of a streamed interaction to chunks of OpenAI's chat. */
import { asString, path, type CallDeclaration } from '../../src/autolog/contract.js'
import { callOf, finishOf, numberAt, textOf, usageOf, type Usage } from './interaction-steps.js'

type EventReader = NonNullable<CallDeclaration['event']>

interface Chunk {
  readonly id?: unknown
  readonly model?: unknown
  readonly delta?: object
  readonly finish?: string | undefined
  readonly usage?: Usage | undefined
}

const chunk = ({ id, model, delta = {}, finish, usage }: Chunk): { data: unknown } => ({
  data: { id, model, choices: [{ index: 0, delta, finish_reason: finish ?? null }], usage },
})

/** A long answer comes from several interactions, each of which is billed. */
function sumOf(one: Usage | undefined, other: Usage): Usage {
  if (!one) return other
  const cached = one.prompt_tokens_details.cached_tokens + other.prompt_tokens_details.cached_tokens
  const reasoning = one.completion_tokens_details.reasoning_tokens + other.completion_tokens_details.reasoning_tokens
  return {
    prompt_tokens: one.prompt_tokens + other.prompt_tokens,
    completion_tokens: one.completion_tokens + other.completion_tokens,
    total_tokens: one.total_tokens + other.total_tokens,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  }
}

/** For one stream. Events that say nothing about the answer are left out. */
export function createEventReader(): EventReader {
  let used: Usage | undefined

  function completed(interaction: unknown): { data: unknown } {
    const usage = usageOf(path(interaction, 'usage'))
    if (usage) used = sumOf(used, usage)
    const { finish, ...facts } = {
      id: path(interaction, 'id'),
      model: path(interaction, 'model'),
      finish: finishOf(interaction),
    }
    return chunk({ ...facts, finish, usage: used })
  }

  return (piece) => {
    switch (path(piece, 'event_type')) {
      case 'interaction.created':
        return chunk({ id: path(piece, 'interaction', 'id'), model: path(piece, 'interaction', 'model') })
      case 'interaction.completed':
        return completed(path(piece, 'interaction'))
      case 'step.start':
        return startOf(path(piece, 'step'), numberAt(piece, 'index'))
      case 'step.delta':
        return deltaOf(path(piece, 'delta'), numberAt(piece, 'index'))
      case 'error':
        return { data: { error: path(piece, 'error') } }
      default:
        return undefined
    }
  }
}

/** Arguments of a call come as deltas. The start of the step has only an empty object for them. */
function startOf(step: unknown, index: number): { data: unknown } | undefined {
  if (path(step, 'type') !== 'function_call') return undefined
  const { name, id } = { name: path(step, 'name'), id: path(step, 'id') }
  return chunk({ delta: { tool_calls: [{ ...callOf(step, index), id, function: { name, arguments: '' } }] } })
}

function deltaOf(delta: unknown, index: number): { data: unknown } | undefined {
  switch (path(delta, 'type')) {
    case 'text':
      return chunk({ delta: { content: asString(path(delta, 'text')) } })
    case 'thought_summary':
      return chunk({ delta: { reasoning_content: textOf([path(delta, 'content')]) } })
    case 'arguments_delta':
      return chunk({ delta: { tool_calls: [{ index, function: { arguments: path(delta, 'arguments') } }] } })
    default:
      return undefined
  }
}
