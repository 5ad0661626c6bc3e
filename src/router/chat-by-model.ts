/** Models of a provider that are chatted with in another way than the rest: another format, address or name. */
import { pathSegment } from '../kernel/path-segment.js'
import type { ChatProtocol, EncodedRequest, JsonObject, Quirks } from '../kernel/protocol.js'
import type { ChatByModel, ProviderRow } from '../kernel/provider.js'

export interface ChatFormats {
  /** The usual one. */
  readonly usual: ChatProtocol | undefined
  /** The codec of a format that the provider speaks, if there is one. */
  codecOf(place: ChatByModel): ChatProtocol | undefined
  /** Quirks that the caller gives. They win over those of any row. */
  readonly ownQuirks: Quirks | undefined
  readonly baseURL: string
  /** The caller named the formats, so that names say nothing. */
  readonly isNamed: boolean
}

export interface ChatOfModel {
  /** `undefined` when there is no codec; a text says which name to write instead of one that no model has. */
  readonly chat: ChatProtocol | string | undefined
  /** It is served in a way of its own. */
  readonly isOwn: boolean
}

/** @returns The format in which a model is chatted with, by its name. */
export function chatByModel(row: ProviderRow, formats: ChatFormats): (model: string) => ChatOfModel {
  const usual: ChatOfModel = { chat: formats.usual, isOwn: false }
  const places = row.chatByModel ?? []
  if (places.length === 0) return () => usual
  const found = places.map((place): readonly [RegExp, ChatOfModel] => {
    if ('write' in place) return [place.models, formats.isNamed ? usual : { chat: place.write, isOwn: true }]
    const codec = formats.codecOf(place)
    // Without its codec, such a model would be asked in a format that is not its own.
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

/** Versions stand behind an at sign, which a path may hold as it is. */
function segmentOf(model: string): string {
  return pathSegment(model).replaceAll('%40', '@')
}
