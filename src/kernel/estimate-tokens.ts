/** Tokens of a request before it is sent, estimated from its characters. */
import type { ChatRequest } from './hub.js'

/** Of English prose and code, about (https://platform.openai.com/tokenizer). */
const CHARACTERS_PER_TOKEN = 4
/** Characters beyond ASCII make more tokens: of most scripts about one each, of emoji more. */
const BEYOND_ASCII = 1
/** What an image or a file costs is the provider's secret; this is a small image of OpenAI's and Anthropic's. */
const TOKENS_PER_MEDIA = 1000

/** Tokens of output that a request is expected to need when it sets no limit. */
export const EXPECTED_OUTPUT = 1_000

/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number

/** Fields that hold media, which count as a lump, and not by their characters. */
const MEDIA: ReadonlySet<string> = new Set(['image_url', 'input_audio', 'file', 'file_data'])

/** Tokens of all text in `value`, however deep. Media count as a lump; a list of numbers is tokens already. */
export function estimateTokens(value: unknown, count: CountTokens = ofText): number {
  let tokens = 0
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next === 'string') tokens += count(next)
    else if (Array.isArray(next)) {
      if (typeof next[0] === 'number') tokens += next.length
      else for (const element of next) waiting.push(element)
    } else if (typeof next === 'object' && next !== null) {
      for (const [key, inner] of Object.entries(next)) {
        if (MEDIA.has(key)) tokens += TOKENS_PER_MEDIA
        else waiting.push(inner)
      }
    }
  }
  return Math.ceil(tokens)
}

function ofText(text: string): number {
  let beyond = 0
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 127) beyond += 1
  return (text.length - beyond) / CHARACTERS_PER_TOKEN + beyond * BEYOND_ASCII
}

/** Characters that decide about a prompt cache's place; caches begin at about 1 000 tokens. */
const PREFIX_LENGTH = 4096

/** The beginning of a prompt that calls of one application share: its system messages and the names of its tools. */
export function promptPrefix({ messages, tools }: ChatRequest): string {
  const first = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer')
  const stable = messages.slice(0, first < 0 ? messages.length : Math.max(first, 1))
  return JSON.stringify([stable.map(({ content }) => content), tools?.length ?? 0]).slice(0, PREFIX_LENGTH)
}
