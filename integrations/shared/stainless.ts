/**
 * SDKs that Stainless generates. Resources have the methods, `_client` is their client, and the methods use requests by path
 * (`client.post('/chat/completions', …)`).
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
  /** The exported name of the client's class. Default: the default export. */
  readonly client: string
  /** The provider's name in telemetry, for hosts that are not known. */
  readonly provider: string | ((client: unknown) => string)
  /** Methods of resources, and requests by path. Those that a version lacks are left out. */
  readonly operations: readonly Operation[]
  /** Attributes of calls, by their format. */
  readonly attributes?: Readonly<Partial<Record<string, NonNullable<CallDeclaration['attributes']>>>>
  /** A method of the client that makes all requests, if there is no method for each HTTP method. */
  readonly through?: string
  /** The body with what the client adds to it. Default: the body as it is. */
  readonly body?: (body: unknown, client: unknown) => unknown
  /** Declares a request by path. Called before `operations` is searched. */
  readonly raw?: (request: RawRequest) => Declaration | undefined
  /** The body of a request by path, with what is only in the path. */
  readonly rawBody?: (request: RawRequest) => unknown
}

export interface Stainless {
  readonly instrument: ModuleTarget['instrument']
  readonly shapes: NonNullable<ModuleTarget['shapes']>
  /**
   * @param clientOf - The client of the object that has the method.
   * @param bodyOf - The body in the arguments of the method.
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
      provider: typeof provider === 'string' ? provider : (self) => provider(clientOf(self)),
      baseURL: (self) => asString(path(clientOf(self), 'baseURL')),
      request: (args, self) => completedBody(bodyOf(args), clientOf(self)),
      byRequest: clientOf === ofResource && sdk.through === undefined,
      ...declaration,
      ...((known ?? declaration.attributes) && { attributes: { ...known, ...declaration.attributes } }),
    }
  }

  const completedBody = (body: unknown, client: unknown): unknown => (completed ? completed(body, client) : body)

  function declarationAt({ method, pathname }: RawRequest, body: unknown): Declaration | undefined {
    const operation = method === 'post' ? operationAt(sdk.operations, pathname) : undefined
    return operation && declarationOf(operation, body)
  }

  function declareRaw(request: RawRequest, client: unknown): CallDeclaration | undefined {
    const body = completedBody(sdk.rawBody ? sdk.rawBody(request) : request.body, client)
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
            ? ([body]: Args, self: unknown) => callOf(declarationOf(operation, completedBody(body, ofResource(self))))
            : callOf(declaration)
        // In some packages, the classes of the resources are on the client's class; others export them.
        const resource = path(Client, ...holder) ?? path(module, ...holder)
        patcher.call(path(resource, 'prototype'), method, declared)
      }
      patchRawRequests(patcher, path(Client, 'prototype'), declareRaw, sdk.through)
    },
  }
}
