/** The texts in requests and answers, whatever their format, and how to write them anew. */
import { isObject, parseJson } from '../../kernel/json.js'

/** Fields of requests that hold content: what else is in a body is the program's own. */
const CONTENT: ReadonlySet<string> = new Set(
  'messages,message,chat_history,preamble,tool_results,contents,instances,inputText,negative_prompt,input,inputs,prompt,suffix,system,systemInstruction,system_instruction,instructions,query,documents,texts,text,images,requests,content,questions'.split(
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

/** Fields whose objects are the program's own, such as arguments of tools: each of their fields may hold a text. */
const OWN: ReadonlySet<string> = new Set(['input', 'args', 'arguments', 'parameters', 'response', 'json'])

const isNoText = (key: string): boolean => NO_TEXT.has(key) || /(?:^|_)ids?$|Ids?$/.test(key)

/** The most levels that are looked at one by one. */
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
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH) return asOneText(value, rewrite)
  if (Array.isArray(value)) return walkList(value, key, rewrite, depth)
  return isPlain(value) ? walkObject(value, rewrite, depth) : value
}

function walkList(list: readonly unknown[], key: string, rewrite: Rewrite, depth: number): readonly unknown[] {
  const next = list.map((entry) => walk(entry, key, rewrite, depth + 1))
  return next.some((entry, at) => entry !== list[at]) ? next : list
}

function walkObject(object: Record<string, unknown>, rewrite: Rewrite, depth: number): Record<string, unknown> {
  const entries = Object.entries(object).map(([key, value]): [string, unknown] => [
    key,
    walkField(key, value, rewrite, depth + 1),
  ])
  // Unlike an assignment, this makes `__proto__` a field as any other.
  return entries.some(([key, next]) => next !== object[key]) ? Object.fromEntries(entries) : object
}

function walkField(key: string, value: unknown, rewrite: Rewrite, depth: number): unknown {
  // The name of a tool; that of an author is no text either.
  if (key === 'name' || isNoText(key)) return value
  return OWN.has(key) && isPlain(value) ? ownData(value, rewrite, depth) : walk(value, key, rewrite, depth)
}

/** What lies deeper is looked at as one text, so that nothing hides there. */
function asOneText(value: unknown, rewrite: Rewrite): unknown {
  const text = JSON.stringify(value)
  const next = rewrite(text)
  return next === text ? value : next
}

/** What is rewritten stays JSON. */
function inJson(text: string, rewrite: Rewrite, depth: number): string {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) return rewrite(text)
  const next = ownData(value, rewrite, depth + 1)
  return next === value ? text : JSON.stringify(next)
}

/** Data of the program, whose fields may have any name. A number in which something is found becomes a text. */
function ownData(value: unknown, rewrite: Rewrite, depth: number): unknown {
  if (typeof value === 'string') return rewrite(value)
  if (typeof value === 'number') {
    const text = String(value)
    const next = rewrite(text)
    return next === text ? value : next
  }
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH) return asOneText(value, rewrite)
  if (Array.isArray(value)) {
    const next = value.map((entry) => ownData(entry, rewrite, depth + 1))
    return next.some((entry, at) => entry !== value[at]) ? next : value
  }
  if (!isPlain(value)) return value
  let isChanged = false
  const entries = Object.entries(value).map(([key, inner]) => {
    const entry = [rewrite(key), ownData(inner, rewrite, depth + 1)] as const
    if (entry[0] !== key || entry[1] !== inner) isChanged = true
    return entry
  })
  return isChanged ? Object.fromEntries(entries) : value
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
