/** gRPC over the fake provider's HTTP/2: messages in and out, by the descriptors that an SDK brings. */
import { createRequire } from 'node:module'
import type { AnyRequest, AnyResponse } from './both-http.js'
import { breakOff } from './both-http.js'
import { milvusAnswer } from './formats/milvus.js'
import type { Json } from './formats/shape.js'

const load = createRequire(new URL('../sdks/package.json', import.meta.url))

interface Message {
  decode(bytes: Uint8Array): unknown
  encode(message: object): { finish(): Uint8Array }
  fromObject(value: object): object
  toObject(message: unknown, options: object): Json
}

interface Root {
  lookupService(name: string): {
    readonly methods: Readonly<Record<string, { requestType: string; responseType: string }>>
  }
  lookupType(name: string): Message
}

let milvus: Root | undefined
function milvusRoot(): Root {
  const { Root: Descriptors } = load('protobufjs') as { readonly Root: { fromJSON(json: unknown): Root } }
  const { default: json } = load('@zilliz/milvus2-sdk-node/dist/milvus/proto-json/milvus.base') as { default: unknown }
  return (milvus ??= Descriptors.fromJSON(json))
}

const SERVICE = 'milvus.proto.milvus.MilvusService'
/** Of calls that each client makes by itself, in its own time. */
const OWN = new Set(['Connect', 'GetVersion', 'DescribeCollection'])

export const isGrpc = (request: AnyRequest): boolean =>
  request.headers['content-type']?.startsWith('application/grpc') === true

/** `run/behaviour`, which clients send as their token. */
export function caseOf(request: AnyRequest): string | undefined {
  const token = request.headers['authorization']
  return token === undefined ? undefined : Buffer.from(token, 'base64').toString()
}

const methodOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function typeOf(path: string, side: 'requestType' | 'responseType'): Message | undefined {
  const types = path.includes(SERVICE) ? milvusRoot().lookupService(SERVICE).methods[methodOf(path)] : undefined
  return types && milvusRoot().lookupType(`milvus.proto.milvus.${types[side].replace(/.*\./, '')}`)
}

/** The message behind the five bytes of its frame. What a client tells of itself, such as the time, is left out. */
export function grpcBody(path: string, bytes: Buffer): Json {
  const type = OWN.has(methodOf(path)) ? undefined : typeOf(path, 'requestType')
  return type ? type.toObject(type.decode(bytes.subarray(5)), { longs: String, bytes: String }) : {}
}

/** The descriptors have the fields' names so. */
function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      inCamelCase(held),
    ]),
  )
}

/** Statuses of gRPC (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). */
const STATUS: Readonly<Record<string, number>> = { 'error-400': 3, 'error-401': 16, 'error-500': 13 }
const UNIMPLEMENTED = 12

export function answerGrpc(path: string, behaviour: string, response: AnyResponse): void {
  const { stream } = response
  if (!stream) throw new Error('gRPC is HTTP/2')
  const method = methodOf(path)
  const answer = milvusAnswer(method, behaviour)
  const type = typeOf(path, 'responseType')
  const failure = OWN.has(method) ? undefined : STATUS[behaviour]
  if (behaviour === 'reset' && !OWN.has(method)) return breakOff(response)
  if (failure !== undefined || !answer || !type) {
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': String(failure ?? UNIMPLEMENTED),
        'grpc-message': 'refused',
      },
      { endStream: true },
    )
    return
  }
  const message = type.encode(type.fromObject(inCamelCase(answer) as Json)).finish()
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(message.length, 1)
  response.writeHead(200, { 'content-type': 'application/grpc' })
  response.addTrailers({ 'grpc-status': '0' })
  response.end(Buffer.concat([frame, message]))
}
