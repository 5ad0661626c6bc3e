/** The API's words for file formats (ImageFormat, DocumentFormat, VideoFormat, AudioFormat) and their media types. */
import { parseDataUrl } from '../../kernel/data-url.js'

const IMAGES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
])

const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['pdf', 'application/pdf'],
  ['csv', 'text/csv'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['html', 'text/html'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
])

const VIDEOS: ReadonlyMap<string, string> = new Map([
  ['mp4', 'video/mp4'],
  ['mov', 'video/quicktime'],
  ['mkv', 'video/x-matroska'],
  ['webm', 'video/webm'],
  ['flv', 'video/x-flv'],
  ['mpeg', 'video/mpeg'],
  ['wmv', 'video/x-ms-wmv'],
  ['three_gp', 'video/3gpp'],
])

export interface Kind {
  /** The member of the content union. */
  readonly block: 'image' | 'document' | 'video'
  readonly types: ReadonlyMap<string, string>
}

export const KINDS: readonly Kind[] = [
  { block: 'image', types: IMAGES },
  { block: 'document', types: DOCUMENTS },
  { block: 'video', types: VIDEOS },
]

export interface Inline {
  readonly block: Kind['block']
  readonly format: string
  /** Base64. */
  readonly bytes: string
}

/** What a data URL holds, when the API has a word for it. */
export function readInline(url: string): Inline | undefined {
  const inline = parseDataUrl(url)
  if (!inline) return undefined
  const mediaType = inline.mediaType === 'image/jpg' ? 'image/jpeg' : inline.mediaType
  for (const { block, types } of KINDS) {
    for (const [format, type] of types) if (type === mediaType) return { block, format, bytes: inline.data }
  }
  return undefined
}

/** The reverse of {@link readInline}; `undefined` for a format this version does not know. */
export function writeInline(block: Kind['block'], format: unknown, bytes: unknown): string | undefined {
  if (typeof format !== 'string' || typeof bytes !== 'string') return undefined
  const type = KINDS.find((kind) => kind.block === block)?.types.get(format)
  return type === undefined ? undefined : `data:${type};base64,${bytes}`
}

/** Characters of a document's name, at most. */
export const MAX_DOCUMENT_NAME = 200

/**
 * The API takes these characters of ASCII in a document's name, and no run of spaces
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html).
 */
export function documentName(filename: string | undefined, format: string): string {
  const base = (filename ?? '').slice(0, 2 * MAX_DOCUMENT_NAME).replace(new RegExp(`\\.${format}$`, 'i'), '')
  const name = base
    // `é` is `e` and an accent.
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-zA-Z0-9\s\-()[\]]+/g, '-')
    .replace(/\s+/g, ' ')
    .slice(0, MAX_DOCUMENT_NAME)
    .trim()
  return /[a-zA-Z0-9]/.test(name) ? name : 'document'
}
