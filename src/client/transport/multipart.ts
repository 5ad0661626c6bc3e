/** A multipart body (RFC 7578) from the fields of a call, as OpenAI's upload operations take it. */
import { ConfigError } from '../../kernel/errors.js'
import { isObject, typeName } from '../../kernel/json.js'

/** A file to send: a `File`, a `Blob`, the `Response` of a `fetch`, bytes, or a stream such as that of `fs.createReadStream`. */
export type Upload = Blob | Response | Uint8Array | ArrayBuffer | AsyncIterable<Uint8Array>

type Field = readonly [name: string, value: string] | readonly [name: string, value: Blob, fileName: string]

/** Reads the file once, so that each attempt can send it again. */
export type FormFields = readonly Field[]

/** @throws ConfigError on a value that no form can carry. */
export async function readFields(body: object): Promise<FormFields> {
  const fields: Field[] = []
  for (const [name, value] of Object.entries(body)) await addField(fields, name, value)
  return fields
}

/** Lists are `name[]` and objects `name[key]`, as OpenAI reads them. */
async function addField(fields: Field[], name: string, value: unknown): Promise<void> {
  if (value === undefined || value === null) return
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    fields.push([name, String(value)])
    return
  }
  const file = await fileOf(value, name)
  if (file) fields.push([name, file.blob, file.name])
  else if (Array.isArray(value)) for (const entry of value) await addField(fields, `${name}[]`, entry)
  else if (isObject(value))
    for (const [key, entry] of Object.entries(value)) await addField(fields, `${name}[${key}]`, entry)
  else throw new ConfigError(name, `expected a file or a plain value, got ${typeName(value)}`)
}

interface NamedBlob {
  readonly blob: Blob
  readonly name: string
}

/** Checks the shape: there are polyfills, and many kinds of streams. */
async function fileOf(value: unknown, field: string): Promise<NamedBlob | undefined> {
  if (value instanceof ArrayBuffer || value instanceof Uint8Array)
    return { blob: new Blob([value as BlobPart]), name: field }
  if (!isObject(value)) return undefined
  const { arrayBuffer, type, name, path, url } = value
  if (typeof arrayBuffer === 'function') {
    const kind = typeof type === 'string' && type.includes('/') ? type : ''
    const bytes = await (value as unknown as Blob).arrayBuffer()
    return { blob: new Blob([bytes], { type: kind }), name: lastStep(name) ?? lastStep(url) ?? nameFor(field, kind) }
  }
  if (!(Symbol.asyncIterator in value)) return undefined
  const pieces: Uint8Array[] = []
  for await (const piece of value as unknown as AsyncIterable<Uint8Array | string>) {
    pieces.push(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)
  }
  return { blob: new Blob(pieces as BlobPart[]), name: lastStep(name) ?? lastStep(path) ?? field }
}

/** The name of a file, whose ending says its format. Its folder is private. */
function lastStep(value: unknown): string | undefined {
  const last =
    typeof value === 'string'
      ? value
          .replace(/[?#].*$/, '')
          .split(/[\\/]/)
          .at(-1)
      : undefined
  return last === '' ? undefined : last
}

function nameFor(field: string, type: string): string {
  const ending = /^[\w.-]+\/(?:x-)?([\w-]+)/.exec(type)?.[1]
  return ending === undefined ? field : `${field}.${ending === 'mpeg' ? 'mp3' : ending}`
}

export interface Multipart {
  readonly body: Uint8Array<ArrayBuffer>
  /** Names the boundary. */
  readonly contentType: string
}

/** Written here rather than by `fetch`, since a caller's own `fetch` may accept only its own `FormData`. */
export async function writeMultipart(fields: FormFields): Promise<Multipart> {
  const form = new FormData()
  for (const [name, value, fileName] of fields) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value, fileName)
  }
  const written = new Response(form)
  return { body: new Uint8Array(await written.arrayBuffer()), contentType: written.headers.get('content-type') ?? '' }
}
