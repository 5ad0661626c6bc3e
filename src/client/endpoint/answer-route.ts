/** Routes of operations with one answer that the hub has a shape for: embeddings, rerank, decisions. */
import { missingFormat } from '../../kernel/catalogue.js'
import type { JsonObject, Protocol, ProtocolId } from '../../kernel/protocol.js'
import type { Operation } from '../call/operation.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import { encoding } from '../transport/failure.js'
import type { WithMeta } from '../types/meta.js'
import { askedOf } from './asked.js'
import { metaHeaders } from './outgoing.js'
import type { PathParts, Route } from './route-table.js'

export interface AnswerRow {
  readonly format: ProtocolId
  readonly paths: readonly (string | RegExp)[]
  readonly operation: Operation<never, never>
  /** The hub's shape is the format's own, so nothing is translated. */
  readonly isHub?: boolean
  readonly complete?: (body: JsonObject, parts: PathParts) => JsonObject
}

type AnswerCodec = Exclude<Protocol, { readonly kind: 'chat' }>

export function answerRoute(row: AnswerRow): Route {
  const operation = row.operation as unknown as Operation<unknown>
  return {
    method: 'POST',
    paths: row.paths,
    errors: row.format,
    async answer(endpoint, incoming, parts) {
      const given = await incoming.json()
      const asked = askedOf(endpoint, incoming, row.complete?.(given, parts) ?? given)
      const codec = row.isHub ? undefined : codecOf(endpoint.client, row.format)
      const body = codec ? read(codec, asked.body, incoming.url.pathname) : asked.body
      const { _meta, ...answer } = (await perform(endpoint.client, operation, body, asked.options)) as WithMeta<object>
      const wire = codec ? codec.encodeResponse(answer as never) : answer
      return Response.json(wire, { headers: metaHeaders(_meta, true) })
    },
  }
}

/** The hub's request. The model may be said in the path, which the codec reads too. */
function read(codec: AnswerCodec, body: JsonObject, path: string): object {
  const request = encoding(codec.id, () => codec.decodeRequest(body, { path }))
  return request.model === '' && typeof body['model'] === 'string' ? { ...request, model: body['model'] } : request
}

function codecOf({ catalogue }: ClientContext, id: ProtocolId): AnswerCodec {
  const format = catalogue.protocols.get(id)
  if (format && format.kind !== 'chat') return format
  throw missingFormat(catalogue, id, 'protocols')
}
