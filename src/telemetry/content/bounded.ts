/** Limits the length of attributes, and hides secrets in them. */
import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { clip } from '../../kernel/plain-text.js'

/** Characters of a name, an id or a header. Content has limits of its own. */
const LENGTH = 1_024
/** Entries of a list. */
const ENTRIES = 128
/** Characters of a span's name. */
const NAME = 256

/** Hides the secrets that a text may quote. */
export type Mask = (text: string) => string

const noMask: Mask = (text) => text

/** @param given - The mask of a client, which hides its keys. */
export function boundedAttributes(attributes: Attributes, given?: Mask): Attributes {
  if (!given && isBounded(attributes)) return attributes
  const mask = given ?? noMask
  const bounded: Attributes = {}
  // Cut first, so that the mask never reads a very long text, but at twice the length, as the mask may shorten it.
  const one = (text: string): string => clip(mask(clip(text, 2 * LENGTH)), LENGTH)
  for (const [key, value] of Object.entries(attributes)) bounded[key] = boundedValue(value, one)
  return bounded
}

/** Nearly all attributes are, and need no copy. */
function isBounded(attributes: Attributes): boolean {
  for (const key in attributes) {
    const value = attributes[key]
    if (typeof value === 'string') {
      if (value.length > LENGTH) return false
    } else if (Array.isArray(value)) {
      if (value.length > ENTRIES) return false
      for (const entry of value) if (typeof entry === 'string' && entry.length > LENGTH) return false
    }
  }
  return true
}

function boundedValue(value: AttributeValue | undefined, one: Mask): AttributeValue | undefined {
  if (typeof value === 'string') return one(value)
  if (!Array.isArray(value)) return value
  const some = value.length > ENTRIES ? value.slice(0, ENTRIES) : value
  return some.map((entry: unknown) => (typeof entry === 'string' ? one(entry) : entry)) as AttributeValue
}

export function boundedName(name: string): string {
  return clip(name, NAME)
}
