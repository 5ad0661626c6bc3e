/** Model and streaming are in the path: `/model/{modelId}/converse` and `/converse-stream`. */
import { pathSegment } from '../../kernel/path-segment.js'

/** The model comes before it, and `-stream` follows for streams. */
export const PATH = '/converse'

/** An ARN holds slashes and colons, so the id is one encoded segment. @throws ConfigError as `pathSegment` does. */
export function modelPath(model: string, operation: string): string {
  return `/model/${pathSegment(model)}/${operation}`
}

/** Path of a request, which says whether the answer streams. */
export function pathOf(model: string, stream: boolean): string {
  return modelPath(model, stream ? 'converse-stream' : 'converse')
}

const MODEL_PATH = /\/model\/([^/]+)\/([a-z-]+)\/?$/

export function readModelPath(path: string | undefined): { model?: string; operation?: string } {
  const match = MODEL_PATH.exec(path?.split('?', 1)[0] ?? '')
  if (!match) return {}
  const [, segment = '', operation = ''] = match
  try {
    return { model: decodeURIComponent(segment), operation }
  } catch {
    // A stray percent sign: the segment is the best name there is.
    return { model: segment, operation }
  }
}
