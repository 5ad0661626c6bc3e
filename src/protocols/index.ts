/**
 * Every wire format this version speaks, by id: the registry. The client does not read it, its formats are passed to it. A codec
 * loads when it is asked for.
 */
import { exportNames } from '../kernel/catalogue.js'
import {
  PASSTHROUGH_IDS,
  PROTOCOL_IDS,
  type FormatId,
  type PassthroughFormat,
  type PassthroughId,
  type Protocol,
  type ProtocolId,
} from '../kernel/protocol.js'
import * as codecs from './codecs.js'

const named: Readonly<Record<string, Protocol | PassthroughFormat>> = codecs

// A test holds that no id is without its codec.
function byId<Id extends FormatId, F extends Protocol | PassthroughFormat>(
  ids: readonly Id[],
): Readonly<Record<Id, F>> {
  const get = (id: Id) => (): F => named[exportNames([id])] as F
  return Object.defineProperties(
    {},
    Object.fromEntries(ids.map((id) => [id, { enumerable: true, get: get(id) }])),
  ) as Record<Id, F>
}

export const protocols = /* @__PURE__ */ byId<ProtocolId, Protocol>(PROTOCOL_IDS)

/** The formats that are passed on as they are. */
export const passthroughs = /* @__PURE__ */ byId<PassthroughId, PassthroughFormat>(PASSTHROUGH_IDS)
