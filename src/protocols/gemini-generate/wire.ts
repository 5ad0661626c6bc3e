/** Small decoders that requests, answers and streams of this format share. */
import { isObject } from '../../kernel/json.js'
import { pathSegment } from '../../kernel/path-segment.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'
import { rawReader } from '../shared/raw.js'

export const ID: ProtocolId = 'gemini-generate'

export const ownRaw = rawReader(ID)

/**
 * The object with its own field names in camelCase. Proto JSON takes `file_uri` for `fileUri`
 * (https://protobuf.dev/programming-guides/json), and several SDKs write it. Values are left alone.
 */
export function camel(object: JsonObject): JsonObject {
  const keys = Object.keys(object)
  // A loop: this runs for every part of every event.
  let hasSnakeCase = false
  for (const key of keys) if (key.includes('_')) hasSnakeCase = true
  if (!hasSnakeCase) return object
  return Object.fromEntries(keys.map((key) => [camelName(key), object[key]]))
}

function camelName(key: string): string {
  // A name that starts with `_`, `__proto__` above all, is no field of the format.
  return key.startsWith('_') ? key : key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())
}

/** A nested message under its camelCase name, or `undefined` when it is none. */
export function message(value: unknown): JsonObject | undefined {
  return isObject(value) ? camel(value) : undefined
}

/** A repeated field: several writers give a single entry without its list. */
export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isObject(value) ? [value] : []
}

const RESOURCE = /^(?:models|tunedModels|endpoints)\//

/** The beginning of Vertex AI's full names, which is in its base URL already, and prefixes of names elsewhere. */
const PUBLISHER = /^(?:(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/google\/|google\/(?!\.{1,2}(?:\/|$)))/

/**
 * Path of a model's method. A name may say its collection (`tunedModels/mine`); otherwise it is a model's.
 *
 * @throws ConfigError when the name would lead out of the API's path.
 */
export function methodPath(model: string, method: string): string {
  const name = model.replace(PUBLISHER, '')
  const resource = RESOURCE.test(name) ? name : `models/${name}`
  return `/${pathSegment(resource, 'model', true).replaceAll('%40', '@')}:${method}`
}

/** Path of a request, which says whether the answer streams. */
export function pathOf(model: string, stream: boolean): string {
  return stream ? `${methodPath(model, 'streamGenerateContent')}?alt=sse` : methodPath(model, 'generateContent')
}

const METHOD = /(?:^|\/)(models|tunedModels|endpoints)\/([^/:?#]+):([a-zA-Z]+)(?:[?#]|$)/

/** Model and method in a request's path: the format has neither in its body. */
export function readPath(path: string | undefined): { model: string; method: string } | undefined {
  const match = path === undefined ? null : METHOD.exec(path)
  if (!match) return undefined
  const [, collection, name = '', method = ''] = match
  let model = name
  try {
    model = decodeURIComponent(name)
  } catch {
    // A wrong percent escape: the name stays as it was written.
  }
  return { model: collection === 'models' ? model : `${collection}/${model}`, method }
}
