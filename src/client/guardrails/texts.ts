/** The texts in requests and answers, whatever their format, and how to write them anew. */
import { isObject, parseJson } from '../../kernel/json.js'

/** Fields of requests that hold content: what else is in a body is the program's own. */
const CONTENT: ReadonlySet<string> = new Set(
  'messages,message,chat_history,contents,input,inputs,prompt,suffix,system,systemInstruction,system_instruction,instructions,query,documents,texts,text,images,requests,content,questions'.split(
    ',',
  ),
)

/** Fields whose texts are names, references or data. */
const NO_TEXT: ReadonlySet<string> = new Set(
  'type,role,model,object,status,url,uri,fileUri,file_uri,image_url,data,file_data,bytes,b64_json,signature,thoughtSignature,thought_signature,encrypted_content,redactedContent,mime_type,mimeType,media_type,format,finish_reason,finishReason,stop_reason,stopReason,service_tier,system_fingerprint,detail,created,created_at'.split(
    ',',
  ),
)

/** Fields that hold JSON as a text. */
const ENCODED: ReadonlySet<string> = new Set(['arguments', 'partial_json', 'input_json'])

const isNoText = (key: string): boolean => NO_TEXT.has(key) || /(?:^|_)ids?$|Ids?$/.test(key)

/** The most levels that are looked at. */
const DEPTH = 64

type Rewrite = (text: string) => string

/** @returns the value itself where nothing changes, otherwise a copy of what is around the change. */
export function rewritten<T>(value: T, rewrite: Rewrite): T {
  return walk(value, '', rewrite, 0) as T
}

/** The same for the content of a request. */
export function rewrittenRequest<T extends object>(body: T, rewrite: Rewrite): T {
  const changes = Object.entries(body).flatMap(([key, value]) => {
    const next = CONTENT.has(key) ? walk(value, key, rewrite, 0) : value
    return next === value ? [] : [[key, next] as const]
  })
  return changes.length > 0 ? { ...body, ...Object.fromEntries(changes) } : body
}

export function textsIn(value: unknown): string[] {
  const texts: string[] = []
  rewritten(value, collecting(texts))
  return texts
}

export function textsInRequest(body: object): string[] {
  const texts: string[] = []
  rewrittenRequest(body, collecting(texts))
  return texts
}

const collecting =
  (texts: string[]): Rewrite =>
  (text) => {
    if (text !== '') texts.push(text)
    return text
  }

function walk(value: unknown, key: string, rewrite: Rewrite, depth: number): unknown {
  if (typeof value === 'string') return ENCODED.has(key) ? inJson(value, rewrite, depth) : rewrite(value)
  if (depth > DEPTH) return value
  if (Array.isArray(value)) return walkList(value, key, rewrite, depth)
  return isPlain(value) ? walkObject(value, rewrite, depth) : value
}

function walkList(list: readonly unknown[], key: string, rewrite: Rewrite, depth: number): readonly unknown[] {
  const next = list.map((entry) => walk(entry, key, rewrite, depth + 1))
  return next.some((entry, at) => entry !== list[at]) ? next : list
}

function walkObject(object: Record<string, unknown>, rewrite: Rewrite, depth: number): Record<string, unknown> {
  let changed: Record<string, unknown> | undefined
  for (const [key, value] of Object.entries(object)) {
    if (isNoText(key)) continue
    // The name of a tool; that of an author is no text either.
    const next = key === 'name' ? value : walk(value, key, rewrite, depth + 1)
    if (next !== value) (changed ??= { ...object })[key] = next
  }
  return changed ?? object
}

/** What is rewritten stays JSON. */
function inJson(text: string, rewrite: Rewrite, depth: number): string {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) return rewrite(text)
  const next = walk(value, '', rewrite, depth + 1)
  return next === value ? text : JSON.stringify(next)
}

/** A file or a stream is not read. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const LOGPROBS: ReadonlySet<string> = new Set(['logprobs', 'logprobsResult', 'top_logprobs'])

/** A changed answer without the probabilities of its tokens, which spell the text as it was. */
export function withoutLogprobs<T>(value: T, original: T): T {
  return value === original ? value : (stripped(value) as T)
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped)
  if (!isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (LOGPROBS.has(key) ? [] : [[key, stripped(inner)]])),
  )
}
