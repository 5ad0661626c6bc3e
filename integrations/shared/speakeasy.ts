/**
 * SDKs that Speakeasy generates: getters of the client make its resources, and their methods call functions that the package
 * has apart too, for programs that want to bundle few of them. All of them end in `_createRequest` and `_do` of the client.
 */
import {
  asString,
  guard,
  isObject,
  openCall,
  parseJson,
  path,
  textFields,
  type CallDeclaration,
  type Declared,
  type ModuleExports,
  type Patcher,
  type Replace,
} from '../../src/autolog/contract.js'
import { classOf, clientOf } from './holder.js'

/** A method by the getters that lead to its resource, such as `beta.conversations.start`. */
export type Methods = Readonly<Record<string, Declared>>

/** What a request of a function is, by its path without a version. The body is that of the wire. */
export type FunctionCalls = Readonly<Record<string, CallDeclaration>>

/** What declarations of all of its calls have in common. */
export const speakeasy = {
  spelling: 'camel',
  baseURL: (self) => asString(path(self, '_baseURL', 'href')),
} satisfies Partial<CallDeclaration>

/**
 * @param name - Of the exported class of the client.
 * @param calls - What is asked for by functions, without a method.
 */
export function patchSpeakeasy(
  patcher: Patcher,
  module: ModuleExports,
  name: string,
  methods: Methods,
  calls: FunctionCalls,
): void {
  const proto = path(module, name, 'prototype')
  if (!isObject(proto)) return
  // Its resources are classes that it does not export; the client's getters make them, and do nothing else.
  const client = clientOf(patcher, proto)
  for (const [at, declared] of Object.entries(methods)) {
    const names = at.split('.')
    const method = names.pop() ?? ''
    const resource = guard('resources', () => path(client, ...names))
    if (isObject(resource)) patcher.call(classOf(patcher, resource), method, declared)
  }
  const base: unknown = patcher.isOneClient ? proto : Object.getPrototypeOf(proto)
  if (isObject(base) && '_do' in base) patchFunctions(patcher, base, calls)
}

/** What a request was made of: by then its body is a stream. */
const made = new WeakMap<object, { readonly path: string; readonly body: unknown }>()

const remembering: Replace = (original, active) =>
  function (this: unknown, ...args: unknown[]) {
    const result: unknown = Reflect.apply(original, this, args)
    const request = active() ? path(result, 'value') : undefined
    const asked = asString(path(args[1], 'path'))
    if (isObject(request) && asked !== undefined) made.set(request, { path: asked, body: path(args[1], 'body') })
    return result
  }

function patchFunctions(patcher: Patcher, client: object, calls: FunctionCalls): void {
  patcher.wrap(client, '_createRequest', remembering)
  patcher.call(client, '_do', ([request]) => {
    const asked = isObject(request) ? made.get(request) : undefined
    // A method is the call then.
    if (!asked || openCall()) return undefined
    const found = calls[asked.path.replace(/^\/?(?:v\d+\/)?/, '/')]
    if (!found) return undefined
    const { spelling: _spelling, event: _event, answer: _answer, ...declaration } = found
    return {
      ...declaration,
      request: () => fieldsOf(asked.body),
      fault,
      answer: (wire) => (typeof path(wire, 'ok') === 'boolean' ? undefined : wire),
      body: (result) => path(result, 'value'),
    }
  })
}

/** A form has no fields here but its texts. */
function fieldsOf(body: unknown): unknown {
  if (typeof body === 'string') return parseJson(body)
  return body instanceof FormData ? textFields(body) : {}
}

/** The error that a method returns instead of throwing it, or the status of a raw response that has failed. */
function fault(result: unknown): unknown {
  if (path(result, 'ok') === false) return path(result, 'error')
  const status = path(result, 'value', 'status')
  return typeof status === 'number' && status >= 400 ? { status } : undefined
}
