/** Small decoders that requests and answers of this format share. */
import { pathSegment } from '../../kernel/path-segment.js'
import type { ProtocolId } from '../../kernel/protocol.js'
import { rawReader } from '../shared/raw.js'

export const ID: ProtocolId = 'replicate-predictions'

export const PATH = '/predictions'

export const ownRaw = rawReader(ID)

/**
 * Where a model runs (https://replicate.com/docs/topics/predictions/create-a-prediction): an official model has an
 * address of its own, `deployments/owner/name` is a deployment, and all else (`owner/name:version`, or a bare version)
 * is the `version` of the common address.
 */
export function placeOf(model: string): { path: string; version?: string } {
  const parts = model.split('/')
  if (parts.length === 3 && parts[0] === 'deployments') return { path: `/${pathSegment(model, 'model', true)}${PATH}` }
  if (parts.length === 2 && !model.includes(':')) return { path: `/models/${pathSegment(model, 'model', true)}${PATH}` }
  return { path: PATH, version: model }
}

/** The reverse of {@link placeOf}. */
export function modelOf(path: string | undefined, version: unknown): string {
  const found = /\/(?:models\/([^/?]+\/[^/?]+)|(deployments\/[^/?]+\/[^/?]+))\/predictions(?:\?|$)/.exec(path ?? '')
  const address = found?.[1] ?? found?.[2]
  if (address === undefined) return typeof version === 'string' ? version : ''
  try {
    return decodeURIComponent(address)
  } catch {
    // A wrong percent escape names no model of ours; it is shown as it came.
    return address
  }
}
