/** Models that differ from the others of their provider in the format, address or name for chat. */
import { pathSegment } from '../kernel/path-segment.js'
import type { ChatProtocol, EncodedRequest, JsonObject, Quirks } from '../kernel/protocol.js'
import type { ChatByModel, ProviderRow } from '../kernel/provider.js'

export interface ChatFormats {
  /** The usual one. */
  readonly usual: ChatProtocol | undefined
  /** The codec of a format that the provider speaks, if there is one. */
  codecOf(place: ChatByModel): ChatProtocol | undefined
  /** The caller's quirks. They win over those of a row. */
  readonly ownQuirks: Quirks | undefined
  readonly baseURL: string
  /** The caller set the formats, so names of models do not matter. */
  readonly isNamed: boolean
}

export interface ChatOfModel {
  /** `undefined` when there is no codec; a string says which name to write if no model has this one. */
  readonly chat: ChatProtocol | string | undefined
  /** The model is served in another way. */
  readonly isOwn: boolean
}

/** @returns The chat format of a model, by its name. */
export function chatByModel(row: ProviderRow, formats: ChatFormats): (model: string) => ChatOfModel {
  const usual: ChatOfModel = { chat: formats.usual, isOwn: false }
  const places = row.chatByModel ?? []
  if (places.length === 0) return () => usual
  const found = places.map((place): readonly [RegExp, ChatOfModel] => {
    if ('write' in place) return [place.models, formats.isNamed ? usual : { chat: place.write, isOwn: true }]
    const codec = formats.codecOf(place)
    // Without its codec, such a model would get requests of another format.
    if (!codec) return [place.models, formats.isNamed ? usual : { chat: undefined, isOwn: true }]
    return [place.models, { chat: placed(codec, place, formats), isOwn: true }]
  })
  return (model) => found.find(([models]) => models.test(model))?.[1] ?? usual
}

/** The codec for models that are served at `place`. */
function placed(codec: ChatProtocol, place: ChatByModel, formats: ChatFormats): ChatProtocol {
  const baseURL = baseURLAt(place, formats.baseURL)
  const quirks = Object.freeze({ ...place.quirks, ...formats.ownQuirks })
  return {
    ...codec,
    encodeRequest(request, context) {
      const model = nameAt(place, context.model)
      if (model !== context.model) context.warn(`\`${context.model}\` goes by its name here, \`${model}\``)
      const encoded = codec.encodeRequest(request, { ...context, model, quirks })
      const path = place.paths?.[request.stream === true ? 'stream' : 'whole']
      return {
        ...encoded,
        baseURL,
        body: bodyAt(place, encoded),
        ...(path !== undefined && { path: path.replace('{model}', () => segmentOf(model)) }),
        ...(place.keyHeader && { keyHeader: place.keyHeader }),
      }
    },
  }
}

function baseURLAt({ baseURLEnd }: ChatByModel, baseURL: string): string {
  if (!baseURLEnd) return baseURL
  const [end, own] = baseURLEnd
  const [path = '', query] = baseURL.split('?', 2)
  const moved = path.replace(/\/+$/, '').replace(end, '') + own
  return query === undefined ? moved : `${moved}?${query}`
}

function nameAt({ rename = [] }: ChatByModel, model: string): string {
  return rename.reduce((name, [part, replacement]) => name.replace(part, replacement), model)
}

function bodyAt({ fields, withoutFields = [] }: ChatByModel, { body }: EncodedRequest): JsonObject {
  const whole: JsonObject = { ...fields, ...body }
  for (const field of withoutFields) delete whole[field]
  return whole
}

/** Versions are behind an at sign, which a path may hold as it is. */
function segmentOf(model: string): string {
  return pathSegment(model).replaceAll('%40', '@')
}
