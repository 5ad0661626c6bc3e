/**
 * SDKs that Stainless generates: resources hold the methods, their client is `_client`, and requests by path
 * (`client.post('/chat/completions', …)`) go below them.
 */
import {
  asString,
  patchRawRequests,
  path,
  type Args,
  type CallDeclaration,
  type ModuleTarget,
  type RawRequest,
} from '../../src/autolog/contract.js'
import { declarationOf, operationAt, type Declaration, type Operation } from './openai-operations.js'

export interface StainlessSdk {
  /** The client's class: a name that the package exports. Default: its default export. */
  readonly client: string
  /** The provider's name in telemetry, when the host is not a known one. Given the client. */
  readonly provider: string | ((client: unknown) => string)
  /** Methods of resources, and requests by path. A version that lacks one of them has its others traced. */
  readonly operations: readonly Operation[]
  /** Of calls, by their format. */
  readonly attributes?: Readonly<Partial<Record<string, NonNullable<CallDeclaration['attributes']>>>>
  /** A method of the client that all requests go through, where those by path have no methods of their own. */
  readonly through?: string
  /** The request's body with what the client adds to it. Default: the body as the program gave it. */
  readonly body?: (body: unknown, client: unknown) => unknown
  /** What a request by path is; asked before `operations`. */
  readonly raw?: (request: RawRequest) => Declaration | undefined
  /** Changes the body of a request by path, for what its path says. */
  readonly rawBody?: (request: RawRequest) => unknown
}

export interface Stainless {
  readonly instrument: ModuleTarget['instrument']
  readonly shapes: NonNullable<ModuleTarget['shapes']>
  /**
   * @param clientOf - The client behind what the method is called on.
   * @param bodyOf - The request's body in the method's arguments.
   */
  readonly callOf: (
    declaration: Declaration,
    clientOf?: (self: unknown) => unknown,
    bodyOf?: (args: Args) => unknown,
  ) => CallDeclaration
}

const itself = (self: unknown): unknown => self
const firstOf = ([body]: Args): unknown => body

export function stainless(sdk: StainlessSdk): Stainless {
  const { attributes, body: completed, provider } = sdk
  const ofResource = (self: unknown): unknown => path(self, '_client')

  function callOf(declaration: Declaration, clientOf = ofResource, bodyOf = firstOf): CallDeclaration {
    const known = typeof declaration.protocol === 'string' ? attributes?.[declaration.protocol] : undefined
    return {
      ...(known && { attributes: known }),
      provider: typeof provider === 'string' ? provider : (self) => provider(clientOf(self)),
      baseURL: (self) => asString(path(clientOf(self), 'baseURL')),
      request: completed ? (args, self) => completed(bodyOf(args), clientOf(self)) : bodyOf,
      byRequest: clientOf === ofResource && sdk.through === undefined,
      ...declaration,
    }
  }

  function declarationAt({ method, pathname }: RawRequest, body: unknown): Declaration | undefined {
    const operation = method === 'post' ? operationAt(sdk.operations, pathname) : undefined
    return operation && declarationOf(operation, body)
  }

  function declareRaw(request: RawRequest): CallDeclaration | undefined {
    const body = sdk.rawBody ? sdk.rawBody(request) : request.body
    const declaration = sdk.raw?.(request) ?? declarationAt(request, body)
    return declaration && callOf(declaration, itself, () => body)
  }

  return {
    callOf,
    shapes: {
      [sdk.client]: sdk.through === undefined ? ['prototype.post', 'prototype.get'] : [`prototype.${sdk.through}`],
    },
    instrument(module, patcher) {
      const Client = module[sdk.client] ?? module['default']
      for (const operation of sdk.operations) {
        const { declaration, holder, method } = operation
        const declared =
          typeof declaration === 'function'
            ? ([body]: Args) => callOf(declarationOf(operation, body))
            : callOf(declaration)
        // Some packages hang the classes of their resources on the client's class, some export them.
        const resource = path(Client, ...holder) ?? path(module, ...holder)
        patcher.call(path(resource, 'prototype'), method, declared)
      }
      patchRawRequests(patcher, path(Client, 'prototype'), declareRaw, sdk.through)
    },
  }
}
