/** Counts the tokens of a text before a request is sent. */
import type { CountTokens } from '../kernel/estimate-tokens.js'
import { requireFromHere } from '../kernel/own-require.js'

/**
 * `characters`: about four to a token. `installed`: `gpt-tokenizer` or `js-tiktoken` if one is installed, else by
 * characters; loading one takes up to a second, once. Or a function of your own.
 */
export type Tokenizer = 'characters' | 'installed' | CountTokens

/** `undefined` for counting by characters. */
export function tokenCounter(tokenizer: Tokenizer): CountTokens | undefined {
  if (tokenizer === 'characters') return undefined
  return typeof tokenizer === 'function' ? tokenizer : installedTokenizer()
}

let installed: CountTokens | null | undefined

/** The encoding of OpenAI's newer models; those of others are similar. */
function installedTokenizer(): CountTokens | undefined {
  if (installed === undefined) installed = loadGptTokenizer() ?? loadTiktoken() ?? null
  return installed ?? undefined
}

function load(name: string): Record<string, unknown> | undefined {
  try {
    return requireFromHere()(name) as Record<string, unknown>
  } catch {
    // It is not installed, which is the usual case: characters are counted then.
    return undefined
  }
}

/** https://github.com/niieani/gpt-tokenizer, whose default is `o200k_base`. */
function loadGptTokenizer(): CountTokens | undefined {
  const { countTokens } = load('gpt-tokenizer') ?? {}
  return typeof countTokens === 'function' ? (text) => Number((countTokens as CountTokens)(text)) : undefined
}

/** https://github.com/dqbd/tiktoken/tree/main/js. What looks like a special token is text in a prompt. */
function loadTiktoken(): CountTokens | undefined {
  const { getEncoding } = load('js-tiktoken') ?? {}
  if (typeof getEncoding !== 'function') return undefined
  type Encoding = { encode(text: string, allowed: string[], disallowed: string[]): unknown[] }
  const encoding = (getEncoding as (name: string) => Encoding)('o200k_base')
  return (text) => encoding.encode(text, [], []).length
}
