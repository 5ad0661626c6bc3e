/** Attributes as they may stand on a span: of bounded length, and without what must not be shown. */
import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { clip } from '../kernel/plain-text.js'

/** Characters of a name, an id or a header. Content has limits of its own. */
const LENGTH = 1_024
/** Entries of a list. */
const ENTRIES = 128
/** Characters of a span's name. */
const NAME = 256

/** Hides the secrets that a text may quote. */
export type Mask = (text: string) => string

const asItIs: Mask = (text) => text

/** @param mask - Of a client, which knows its keys. */
export function boundedAttributes(attributes: Attributes, mask: Mask = asItIs): Attributes {
  const bounded: Attributes = {}
  // Cut first, so that a mask never reads a book, and with room for what it may cut off.
  const one = (text: string): string => clip(mask(clip(text, 2 * LENGTH)), LENGTH)
  for (const [key, value] of Object.entries(attributes)) bounded[key] = boundedValue(value, one)
  return bounded
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
