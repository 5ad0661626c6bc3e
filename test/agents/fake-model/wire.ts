/** What a wire format of the fake model is, and the words of its checks. */
import type { Asked, Json, Reply } from './scene.js'

export interface Wire {
  readonly path: RegExp
  /** What a provider of this format refuses in the request, in words. */
  fault(body: Json, headers: Record<string, string | undefined>): string | undefined
  asked(body: Json): Asked
  /** Whether the answer is a stream. */
  streams(body: Json, url: string): boolean
  whole(reply: Reply, body: Json): Json
  /** Lines of server-sent events. */
  events(reply: Reply, body: Json): readonly { readonly event?: string; readonly data: Json | '[DONE]' }[]
  error(status: number, message: string): Json
}

/** The first name that is not known, as providers refuse it. */
export function unknownName(object: unknown, known: readonly string[], where: string): string | undefined {
  if (typeof object !== 'object' || object === null) return `${where}: not an object`
  const name = Object.keys(object).find((key) => !known.includes(key))
  return name === undefined ? undefined : `${where}.${name}: Extra inputs are not permitted`
}

export const first = (faults: readonly (string | undefined)[]): string | undefined =>
  faults.find((fault) => fault !== undefined)

/** Types of JSON Schema are in small letters; Gemini alone takes capitals. */
export function capitalType(value: unknown): string | undefined {
  const [, type] = /"type":"([A-Z]+)"/.exec(JSON.stringify(value) ?? '') ?? []
  return type === undefined ? undefined : `Invalid schema: '${type}' is not valid under any of the given schemas`
}

/** OpenAI's limit. */
export const longUser = ({ user }: Json): string | undefined =>
  typeof user === 'string' && user.length > 64 ? `Invalid 'user': string too long` : undefined

/** The text of content that is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: Json) => (typeof part['text'] === 'string' ? part['text'] : '')).join('\n')
}

/** A text in two parts, as a stream brings it. */
export const halves = (text: string): readonly [string, string] => {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)]
}

export const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : [])

let ids = 0
export const newId = (prefix: string): string => `${prefix}${(ids += 1)}`
