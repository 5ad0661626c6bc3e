/** Operations on sound, pictures and films, whose formats have no codec: their requests and answers say what is billed. */
import {
  isObject,
  outputType,
  path,
  type Format,
  type OtherAnswer,
  type OutputType,
  type PassthroughUsage,
} from '../../src/autolog/contract.js'

type Fields = Readonly<Record<string, unknown>>

/** What an answer, or an event of a stream, says. */
export interface MediaFacts {
  readonly id?: unknown
  readonly model?: unknown
  readonly usage?: PassthroughUsage | undefined
}

export interface Media {
  readonly gives: OutputType
  /** What the request says is billed. */
  readonly asked?: (request: Fields) => PassthroughUsage | undefined
  /** Default: the answer is sound or the like, and says nothing. */
  readonly told?: (answer: Fields) => MediaFacts
  /** Of a stream, whether an event is its end. Default: streams have none, and may end anywhere. */
  readonly last?: (event: Fields) => boolean
}

export function media({ gives, asked, told, last }: Media): Format {
  return {
    operation: 'generate_content',
    request(body) {
      const usage = asked?.(body)
      return { other: outputType(gives), ...(usage && { usage }) }
    },
    answer(body) {
      if (!told) return undefined
      if (!isObject(body)) throw new TypeError('the answer is not an object')
      return { other: answerOf(told(body)) }
    },
    stream() {
      let facts: OtherAnswer | undefined
      let done = last === undefined
      return {
        push(event) {
          if (!isObject(event) || ArrayBuffer.isView(event)) return
          if (told) facts = joined(facts, answerOf(told(event)))
          if (last?.(event)) done = true
        },
        get done() {
          return done
        },
        result: () => facts && { other: facts },
      }
    },
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function answerOf({ id, model, usage }: MediaFacts): OtherAnswer {
  return { id: text(id), model: text(model), ...(usage && { usage }) }
}

/** The newest word of each. */
function joined(before: OtherAnswer | undefined, now: OtherAnswer): OtherAnswer {
  if (!before) return now
  const usage = now.usage ?? before.usage
  return { id: now.id || before.id, model: now.model || before.model, ...(usage && { usage }) }
}

/** A count that is billed, by the name that prices know it by; nothing where it is not known. */
export function pieces(name: keyof PassthroughUsage, count: unknown): PassthroughUsage | undefined {
  return typeof count === 'number' && Number.isFinite(count) && count > 0 ? { [name]: count } : undefined
}

/** Text that is read aloud. */
export function charactersOf(given: unknown): PassthroughUsage | undefined {
  return typeof given === 'string' ? pieces('input_characters', given.length) : undefined
}

/** What was made, by the fields that models of many makers have in common (https://docs.fal.ai/model-apis). */
export function filesIn(answer: unknown): { readonly type?: OutputType; readonly usage?: PassthroughUsage } {
  const is = (name: string): boolean => isObject(path(answer, name)) || Array.isArray(path(answer, name))
  if (is('images') || is('image')) {
    const images = path(answer, 'images')
    const usage = pieces('generated_images', Array.isArray(images) ? images.length : 1)
    return { type: 'image', ...(usage && { usage }) }
  }
  if (is('video') || is('videos')) return { type: 'video' }
  if (is('audio') || is('audio_file')) return { type: 'audio' }
  const isText = ['text', 'output'].some((name) => typeof path(answer, name) === 'string')
  return isText ? { type: 'text' } : {}
}
