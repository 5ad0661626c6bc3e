/** Every wire format this version speaks, by id: the registry. The client does not read it, its formats are handed in. */
import type { PassthroughFormat, PassthroughId, Protocol, ProtocolId } from '../kernel/protocol.js'
import * as codecs from './codecs.js'

export const formats: readonly (Protocol | PassthroughFormat)[] = Object.values(codecs)

// A test holds that no id is without its codec.
const byId = <F extends { readonly id: string }>(some: readonly F[]): Readonly<Record<F['id'], F>> =>
  Object.fromEntries(some.map((format) => [format.id, format])) as Record<F['id'], F>

export const protocols: Readonly<Record<ProtocolId, Protocol>> = byId(
  formats.filter((format): format is Protocol => format.kind !== 'passthrough'),
)

/** The formats that are passed on as they are. */
export const passthroughs: Readonly<Record<PassthroughId, PassthroughFormat>> = byId(
  formats.filter((format): format is PassthroughFormat => format.kind === 'passthrough'),
)
