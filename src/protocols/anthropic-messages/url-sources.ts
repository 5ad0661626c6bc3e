/** Images and files that are given by an address, for providers of the format that do not fetch them. */
import type { ContentPart, Message } from '../../kernel/hub.js'
import { asArray, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import { isHttpUrl } from '../../kernel/data-url.js'
import { ownRaw } from './wire.js'

const HINT = 'this provider does not fetch URLs: give the content itself, as a base64 data URL'

/** The messages without them. @throws UnsupportedParameterError unless `dropUnsupported`. */
export function withoutURLSources(messages: readonly Message[], limits: Limits): readonly Message[] {
  const isKept = (part: ContentPart): boolean => {
    const field = urlFieldOf(part)
    if (field !== undefined) limits.unsupported(field, HINT)
    return field === undefined
  }
  return (asArray(messages) as readonly Message[]).map((message) => {
    if (!isObject(message) || !Array.isArray(message.content)) return message
    const parts = message.content as readonly ContentPart[]
    const kept = parts.filter(isKept)
    return kept.length === parts.length ? message : ({ ...message, content: kept } as Message)
  })
}

function urlFieldOf(part: ContentPart): string | undefined {
  switch (part?.type) {
    case 'image_url':
      return isHttpUrl(part.image_url?.url) ? 'image_url' : undefined
    case 'file':
      return isHttpUrl(part.file?.file_data) ? 'file' : undefined
    case 'raw': {
      const source = ownRaw(part)?.['source']
      return isObject(source) && source['type'] === 'url' ? 'a source of type url' : undefined
    }
    default:
      return undefined
  }
}
